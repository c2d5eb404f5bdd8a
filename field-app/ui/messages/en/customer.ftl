customer-title = Customers
customer-find = Find a customer
customer-find-label = Find one of your customers or of your stops
customer-find-hint = Name, pinyin, initials, code or number
customer-find-clear = Clear the search
customer-count = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
customer-count-found = { $count ->
    [one] { $count } customer found
   *[other] { $count } customers found
}
customer-page = { $from }–{ $to } of { $count }
customer-reading = Reading the customers…
customer-show = Show
customer-show-all = All customers
customer-show-overdue = Overdue
customer-sort = Order
customer-sort-overdue = Most overdue
customer-sort-days-past-due = Longest overdue
customer-sort-name = By name
customer-sort-code = By code
customer-book = Customer book: ledger as of { $day }, { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
customer-book-none = There is no customer book on this phone. It comes at sync once finance has signed a ledger whose salesperson has your name; until then only customers of visit plans are found.
customer-book-incomplete = { $count ->
    [one] { $count } part of the customer book has
   *[other] { $count } parts of the customer book have
} not arrived, so some customers are not found. Sync while there is a network.
customer-empty = No customers on this phone yet
customer-empty-next = Your customers come with the ledger that finance signs, those of stops with an approved visit plan. Sync while there is a network.
customer-none-found = Nothing found for “{ $query }”
customer-none-found-next = Only your own customers and those of your visit plans are found. Type less, or try pinyin initials, the code, or three or more digits of a number.
customer-none-filtered = No customer is like that
customer-on-plan = Customer of a visit plan
customer-overdue = { $amount } overdue
customer-outstanding = { $amount } outstanding
customer-nothing-overdue = Nothing overdue
customer-no-figures = This phone holds no figures of this customer

bucket-current = Not yet due
bucket-days1-to30 = 1–30 days past due
bucket-days31-to60 = 31–60 days past due
bucket-days61-to90 = 61–90 days past due
bucket-days91-to180 = 91–180 days past due
bucket-days181-to365 = 181–365 days past due
bucket-days366-to730 = 366–730 days past due
bucket-days731-to1095 = 731–1095 days past due
bucket-over1095 = Over 1095 days past due

customer-card = Customer card
customer-grade = Credit grade { $grade }
customer-no-address = No address on file
customer-call = Call { $contact } { $phone }
customer-read-only = This phone has only what the ledger says about this customer and not the customer’s document, so nothing can be written here. Once a visit plan with this customer is approved, it comes at sync.
customer-balance = Balance by age
customer-balance-overdue = Overdue
customer-balance-outstanding = Outstanding, credits deducted
customer-balance-credits = Credits
customer-balance-as-of = Ledger as of { $day }. What was paid later is not in it; finance knows.
customer-bucket = Age
customer-amount = Amount
customer-open = Open questions
customer-open-none = Nothing is open
customer-open-sent-back = Sent back: { $field }, answer by { $day }
customer-open-conflict = “{ $field }” has different values; choose one
customer-open-posting = Post the demand letter by { $day }
customer-open-posting-late = The demand letter was to be posted by { $day }
customer-open-dispute-open = Dispute about { $about }: no finding yet
customer-open-dispute-found = Dispute about { $about }: the finding is to be signed by both
customer-dispute-stop = Go to the stop
customer-promises = Promises
customer-promises-none = No promises
customer-promise-open = Not yet due
customer-promise-kept = Kept
customer-promise-broken = Broken
customer-promise-superseded = Replaced by a later one
customer-promise-unknown = Due; finance will tell
customer-promise-by = Promised by { $name }
customer-promise-why = A phone holds no bank postings, only the cash that finance confirmed. Whether a promise that fell due was kept, finance knows.
customer-disputes = Disputes
customer-dispute-other = Disputed
customer-contacts = Contacts
customer-visits = Visits
customer-visits-none = No visits to this customer on this phone
customer-signed = Signed papers
customer-signed-none = No signed papers on this phone
customer-signed-by = Signed by { $name }, { $total }
customer-signed-incomplete = Not complete
customer-signed-complete = Complete
customer-notes-none = No notes
