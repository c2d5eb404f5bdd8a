statement-title = Statement
statement-show = Show the statement
statement-missing = The statement has not arrived on this phone
statement-cut-off = as of { $day }
statement-hash = Check code { $hash }
statement-read-to-end = Let the customer read to the end
statement-confirm = Read and confirmed, go on to sign
statement-only-shown = You can show this statement. A rep of the team takes the signature on his phone.
