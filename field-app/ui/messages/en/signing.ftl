signing-title = Customer’s signature
signing-who = Who signs
signing-name = Name
signing-job = Job title
signing-capacity = Capacity
signing-capacity-choose = Choose
signing-proof = Proof of authority seen
signing-proof-hint = Letter of authority, badge, card; leave empty when none was seen
signing-begin = Begin to sign
signing-continue = Continue signing
signing-signer = Signs: { $name } ({ $capacity })
signing-signed-by = Signed by { $name } ({ $capacity })
signing-pad = Signature pad. If drawing is not possible, record a refusal or let somebody else sign.
signing-here = Sign here
signing-pad-hint = Each stroke is stored as the finger lifts.
signing-strokes = { $count ->
    [one] { $count } stroke stored
   *[other] { $count } strokes stored
}
signing-stroke-not-stored = The pale stroke is not stored yet.
signing-store-again = Store it again
signing-undo = Undo one stroke
signing-abandon = Give up
signing-abandon-title = Give up this signing?
signing-abandon-why = The strokes drawn so far are deleted. The statement can be shown again.
signing-go-on = Go on
signing-finish = Done, seal it
signing-sealing = Sealing…

effect-title = What this signature does
effect-demand-received = Shows that the demand was received
effect-amount-admitted = Admits the amount
effect-promise-binding = Makes a promise binding
effect-answer-yes = Yes
effect-answer-needs-proof = Needs proof
effect-answer-no = No

consent-title = Separate consent to keep the strokes
consent-why = Timing and pressure help to examine the handwriting later. Signing works without it; then only the line is kept.
consent-given = Agrees to keep timing and pressure
consent-withheld = Does not agree; keep the line only

capacity-legal-representative = Legal representative
capacity-principal = Principal
capacity-authorised-agent = Authorised agent
capacity-duty-holder = Duty holder
capacity-mail-room = Mail room
capacity-other-employee = Other employee
capacity-company-seal-alone = Company seal alone
capacity-company-seal-with-duty-holder = Company seal with a duty holder
capacity-natural-person = The person who owes
capacity-co-resident-adult-relative = Adult relative in the same home
capacity-other = Somebody else
capacity-guarantor = Guarantor

refusal-title = Refusal
refusal-why = A refusal is an outcome too. Record it as it was.
refusal-person = Who refused
refusal-reason = Why
refusal-words = In which words
refusal-words-hint = As literally as you can
refusal-save = Record the refusal
refusal-by = { $person } refused to sign
