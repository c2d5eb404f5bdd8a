sync-title = Sync
sync-now = Sync now
sync-running = Syncing…
sync-held-title = { $count ->
    [one] { $count } item is
   *[other] { $count } items are
} held for the office
sync-badge-all = All received
sync-badge-unsent = { $count } not received
sync-badge-held = { $count } held
sync-safe = Safe to close
sync-safe-why = The office has everything from this phone, each with the server’s receipt.
sync-not-safe = { $count ->
    [one] { $count } item has
   *[other] { $count } items have
} not been received yet
sync-not-safe-why = Do not uninstall, reset or hand over this phone. Sync when there is a network.
sync-held-why = { $count ->
    [one] { $count } more is
   *[other] { $count } more are
} kept by the server until somebody decides. Nothing is lost.
sync-held-kept = The server keeps them; nothing is lost. Each says below why it is held.
sync-never = Never synced
sync-last = Last sync: { $time }
sync-done = Done: { $up } received by the office, { $down } updates arrived here.
sync-differs = This phone and the server still differ. Call support; all your work is still here.
sync-parts-waiting = { $count ->
    [one] { $count } attachment is
   *[other] { $count } attachments are
} still on the way

lane-no-connection = The server cannot be reached. Everything is on this phone; sync when there is a network.
lane-busy = The server is busy. Sync again in a while.
lane-sign-in = The server does not know this phone any more. Ask the office for a new code; your work is still here.
lane-no-room = The office’s space for this phone is used up. Everything confirmed stays; the rest is kept here and sent when the office makes room.
lane-bad-answer = The server’s answer makes no sense. Check whether the network wants a login, or update the app.
lane-not-run = The sync did not finish. Try again.

state-local = On this phone
state-sent = Sent
state-receipted = Received
state-held = Held

held-revoked = This phone was revoked. The server keeps it; the office decides whether it counts.
held-out-of-scope = The stop was given to somebody else. The server keeps it; the office decides.
held-malformed = The server cannot read it. Update the app and call support.
held-bad-signature = The signature does not verify. Call support.
held-forked-chain = The number is taken; a copy of this phone may be in use. Call support.
held-gap-in-chain = Something before it has not arrived; it goes on by itself then.
held-foreign-actor = The change was written under another device’s name. Call support.
held-forked-actor = The change number is taken; a copy of this phone may be in use. Call support.
held-missing-dependency = A change before it has not arrived; it goes on by itself then.
held-too-large = It is larger than allowed. Call support.
held-not-allowed = Your role may not do this. The office decides.
held-unknown-subject = The server does not know the stop or customer. The office decides.
held-no-room = The office’s space for held work of this phone is used up. It stays here and is sent again.
held-id-reused = The same number came before with other content. Call support.
held-state-released = { $name } let it in at { $time }: { $reason }. The next sync brings the receipt.
held-state-dismissal-asked = { $name } wants it dismissed ({ $time }): { $reason }. A second person must agree; it is kept.
held-state-dismissed = { $name } dismissed it at { $time }: { $reason }. The server keeps it.

sync-item-check-in = Check-in
sync-item-check-out = Check-out
sync-item-statement-shown = Statement shown
sync-item-acknowledgement = Signed statement
sync-item-refusal = Refusal
sync-item-promise = Promise
sync-item-outcome = Outcome
sync-item-amendment = Answer to a send-back
sync-item-conflict-settled = Conflict settled
sync-item-stop-document = Visit record
sync-item-customer-document = Customer record
sync-item-plan-document = Visit plan
sync-item-part-strokes = Strokes
sync-item-part-image = Drawn signature
sync-item-attached = Attachment
sync-item-part-content = Attached original
sync-item-part-thumbnail = Small picture of an attachment
sync-item-cash-receipt = Cash receipt
sync-item-cash-voided = Receipt voided
sync-item-hand-in = Hand-in
sync-item-countersignature = Countersignature
sync-item-company-seal = Stamped sheet
sync-item-refusal-witnessed = Refusal witnessed
sync-item-demand-letter-posted = Demand letter posted
sync-item-copy-handed-over = Copy handed over
sync-item-attendance = Who was there
sync-item-dispute = Dispute
sync-item-dispute-finding = Finding on a dispute
sync-item-part-photo = Photo of the stamped sheet

sync-items = Work of this phone
sync-export-title = No network for long?
sync-export-why = Save what has not been received as one file and hand it to the office by cable or card. Nothing changes on this phone.
sync-export = Export everything not received
sync-export-item = Export as a file: { $title } { $subject }
sync-exported = Exported: { $name }
sync-quarantine = { $count ->
    [one] { $count } item that came cannot be used
   *[other] { $count } items that came cannot be used
}
sync-quarantine-why = It is kept apart as it came, and other work goes on. Update the app, or call support and quote the code behind it.
foreign-document = Record
foreign-changes = Changes of a record
foreign-entry = Entry
foreign-snapshot = Statement or plan
foreign-revoke = Notice that a scope was revoked
foreign-end = Mark of the end of a sync
foreign-frame = Something unreadable
quarantine-ends-the-program = The app ended twice while taking it in.
quarantine-unreadable-document = The record cannot be read.
quarantine-panicked = The app went wrong while taking it in.
quarantine-unreadable = The content cannot be read.
quarantine-not-what-the-server-has = It stood in a colleague’s record, and the server has something else there. It was taken out.
quarantine-other = It does not keep to the rules ({ $reason }).
