# Files that are refused as a whole.
import-refused-empty = The file is empty; choose the file that holds the ledger.
import-refused-too-large = The file is larger than { $limit } MB; split it by customer or year and import the parts.
import-refused-unpacks-too-large = The file unpacks to far more than a ledger needs; save the sheets with the ledger as a new workbook.
import-refused-too-many-rows = The file has more than { $limit } rows; split it by customer or year and import the parts.
import-refused-too-many-columns = The file has content beyond column { $limit }; delete what does not belong to the ledger and save it again.
import-refused-too-many-sheets = The file has more than { $limit } sheets; save the sheets with the ledger as a new workbook.
import-refused-wrong-type = { $found ->
    [pdf] The file is a PDF, not a ledger; ask for the spreadsheet that it was printed from.
    [picture] The file is a picture, not a ledger; ask for the spreadsheet itself.
    [web-page] The file is a web page, although it may be named .xls; open it in Excel or WPS and save it as .xlsx.
    [text-document] The file is a text document, not a ledger; copy the table into Excel or WPS and save it as .xlsx.
    [binary-workbook] The file is a binary workbook (.xlsb); open it in Excel and save it as .xlsx.
    [old-workbook] The workbook is in a format from before Excel 97 or in the XML of 2003; open it in Excel or WPS and save it as .xlsx.
    [archive] The file is an archive; unpack it and import the ledger that is in it.
   *[unknown] The file is no spreadsheet; open it in Excel or WPS and save it as .xlsx or .csv.
}
import-refused-password = The workbook is protected by a password; remove the password in Excel or WPS, save it and import it again.
import-refused-damaged = The file is damaged or incomplete; fetch it again, or open it in Excel or WPS and save it as a new .xlsx.
import-refused-encoding = The characters of this text file cannot be read; save it as “CSV UTF-8” and import it again.
import-refused-unclosed-quote = The text in row { $row } does not end; a quotation mark there is probably not closed. Correct it, or save the ledger as .xlsx.
import-refused-no-table = No table with customer, document number and amount was found; put a line of headers above the columns and import it again.

# What is wrong with a row. The row is held until it is decided.
import-problem-missing-due-date = The due day is empty.
import-problem-bad-date = “{ $found }” is no day.
import-problem-due-before-invoice = Due on { $found }, before it was invoiced.
import-problem-bad-amount = “{ $found }” is no amount.
import-problem-balance-mismatch = Outstanding says { $found }, which is not receivable less received.
import-problem-duplicate = Document { $found } of this customer has come before.
import-problem-unknown-customer = “{ $found }” is not on file, neither by code nor by name.
import-problem-ambiguous-unit = The unit line and the headers state different units; say which is right.
import-problem-missing-document = The document number is empty.
import-problem-bad-document = The spreadsheet has lost digits of the document number “{ $found }”; enter it as text.
import-problem-bad-customer = The customer has neither a code nor a name.
import-problem-bad-position = “{ $found }” is no longitude or latitude in degrees.

# Why a row was left out.
import-ignored-title = Title
import-ignored-unit-line = Line with unit or cut-off day
import-ignored-header = Header
import-ignored-repeated-header = Header again
import-ignored-blank = Blank
import-ignored-subtotal = Subtotal
import-ignored-total = Total
import-ignored-footer = Footer
import-ignored-note = Note
import-ignored-unread = Columns not known
import-ignored-struck = Struck

# Questions to the clerk. No row is held for them.
import-question-unit-perhaps-larger = No unit is stated and { $found } has more decimals than cents; are the amounts in 万元?
import-question-unusual-amount = { $found } is more than a thousand times the usual amount of this sheet; is it right?
import-question-currency-presumed = The file states no currency; { $found } is presumed.
import-question-sheet-unread = The columns of sheet “{ $found }” are not known; name them to import it.
import-question-total-differs = The total line says { $found }; it may count held rows and duplicates.

# Kinds of sheets.
import-sheet-customers = Customers
import-sheet-contracts = Contracts
import-sheet-receivables = Receivables
import-sheet-payments = Payments
import-sheet-notes = Notes
import-sheet-unread = Not understood
import-sheet-empty = Empty

# What a column holds.
import-field-code = Customer code
import-field-customer = Customer
import-field-document = Document number
import-field-contract = Contract
import-field-invoiced = Invoiced on
import-field-due = Due day
import-field-amount = Receivable
import-field-received = Received
import-field-outstanding = Outstanding
import-field-salesperson = Salesperson
import-field-settled = Settled on
import-field-disputed = Disputed
import-field-remark = Remark
import-field-credit-code = Credit code
import-field-contact = Contact
import-field-phone = Phone
import-field-address = Address
import-field-longitude = Longitude
import-field-latitude = Latitude
import-field-crs = Coordinate system
import-field-grade = Credit grade
import-field-signed-on = Signed on
import-field-contract-amount = Contract amount
import-field-payment-terms = Payment terms
import-field-penalty-rate = Penalty a day
import-field-guarantor = Guarantor
import-field-guarantee-period = Guarantee period
import-field-paid-on = Paid on
import-field-method = Method
import-field-applied-to = Settles document
import-field-derived = Not imported
