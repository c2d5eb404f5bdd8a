cash-title = Cash
cash-list = My cash receipts
cash-take-title = Take cash
cash-take = Issue the receipt
cash-payer = Paid by
cash-payer-hint = Who hands the money over
cash-amount = Amount
cash-remark = What for (optional)
cash-remark-hint = Such as: goods of March
cash-pieces = Notes and coins
cash-yuan = ¥{ $count }
cash-jiao = { $count } jiao
cash-less = One { $value } less
cash-more = One { $value } more
cash-serials-left = { $count ->
    [one] { $count } receipt number left on this phone
   *[other] { $count } receipt numbers left on this phone
}
cash-number = No. { $serial }
cash-receipt-title = Cash receipt
cash-print = Print
cash-open = Cash in hand
cash-nothing-open = You have no open cash.
cash-same-day = Cash taken today goes to finance today; none is kept overnight.
cash-late = Overdue: cash was kept beyond the day it was taken. Hand it to finance now.
cash-late-mark = Overdue
cash-none = No cash receipt was issued yet.
cash-hand-in = { $count ->
    [one] Hand in to finance ({ $count } receipt)
   *[other] Hand in to finance ({ $count } receipts)
}
cash-hand-in-title = Hand in to finance
cash-hand-in-why = { $count ->
    [one] { $count } receipt, { $amount } in all. Once listed, finance counts and confirms; a receipt can no longer be voided.
   *[other] { $count } receipts, { $amount } in all. Once listed, finance counts and confirms; receipts can no longer be voided.
}
cash-hand-in-now = Hand in now
cash-not-yet = Not yet
cash-void-title = Void this receipt
cash-void-why = The number stays and nothing is deleted; say why, and take the paper back from the customer.
cash-void-reason = Why it is void
cash-void = Void
cash-state-open = In hand
cash-state-handed-in = Finance counts
cash-state-counted = Variance to confirm
cash-state-confirmed = With finance
cash-state-voided = Void
