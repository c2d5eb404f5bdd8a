customers-title = Overdue customers
customers-as-of = Ledger as of { $day } ({ $number })
customers-no-ledger = Overdue customers show here once finance has signed a ledger.
customers-search = Name or code
customers-none = No overdue customer matches.
customers-count = { $count } customers
customers-overdue-total = { $total } overdue
sort-overdue = Overdue amount
sort-days-past-due = Days past due
sort-name = Name
sort-code = Code
sort-grade = Credit grade
customer = Customer
customer-grade = Grade
customer-contact = Contact
customer-phone = Phone
customer-address = Address
customer-credit-code = Social credit code
customer-salesperson = Salesperson
days-past-due = Days past due
overdue = Overdue
outstanding = Outstanding
credits = Credits
bucket = Age
bucket-current = Not due
bucket-30 = 1–30 days
bucket-60 = 31–60 days
bucket-90 = 61–90 days
bucket-180 = 91–180 days
bucket-365 = 181–365 days
bucket-730 = 366–730 days
bucket-1095 = 731–1095 days
bucket-over = over 1095 days
receivables-none = The ledger in force has no receivable of this customer.
receivables-count = Receivables ({ $count })
receivable-document = Document
receivable-contract = Contract
receivable-invoiced = Invoiced
receivable-due = Due
receivable-amount = Amount
receivable-received = Received

contacts-title = Contacts
contacts-none = No contact is on record. Reps add those whom they meet, and so can you.
contacts-count = { $count ->
    [one] { $count } contact
   *[other] { $count } contacts
}
contact-name = Name
contact-title = Job title
contact-role = Role for the debt
contact-role-none = Not known
contact-role-decides = Decides on paying
contact-role-finance = Finance
contact-role-mail-room = Mail room
contact-role-guarantor = Guarantor
contact-role-third-person = Third person (owes nothing)
contact-phone-2 = Second number
contact-note = What else to know
contact-validity = Validity
contact-valid = Valid
contact-change = Change
contact-restore = Valid again
contact-end = Not valid any more
contact-end-why = Why
contact-end-day = From which day
contact-end-left-firm = left the firm
contact-end-wrong-number = wrong number
contact-end-refuses = asked not to be contacted again
contact-end-other = another reason, see the note
contact-joined = also: { $name }
contact-alike = { $first } and { $second } may be one person. Who knows them joins them on a phone; nothing is joined by itself.
contact-add = Add a contact
follow-ups-title = Follow-ups
follow-ups-none = Nothing is to be done for this customer.
follow-ups-count = { $count ->
    [one] { $count } open follow-up
   *[other] { $count } open follow-ups
}
follow-ups-closed = { $count ->
    [one] { $count } closed
   *[other] { $count } closed
}
follow-up-add = Add a follow-up
follow-up-kind = What
follow-up-kind-callback = Call back
follow-up-kind-send-paper = Send a paper
follow-up-kind-post-letter = Post a demand letter
follow-up-kind-other = Something else
follow-up-due = Until
follow-up-time = Time of a callback
follow-up-contact = Whom to ask for
follow-up-anybody = Anybody
follow-up-text = What exactly
follow-up-why = Reason
follow-up-why-hint = Needed for a callback outside 08:30–18:00 on workdays, or to a third person.
follow-up-why-said = Why: { $why }
follow-up-close = Close
follow-up-how = How it ended
follow-up-state-done = Done
follow-up-state-dropped = Dropped
follow-up-reason = What came of it
customer-work-lead = What you write here reaches the phones of those who visit this customer when they next sync.
