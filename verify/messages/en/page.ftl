page-lead = Choose an evidence bundle (a .csev file). It is verified inside this page, without a network; the file does not leave this machine, and the page works offline.
page-language = Language
page-file = Evidence bundle
page-trust = Fingerprint of the server's key as the organisation publishes it (64 hexadecimal digits; may stay empty, but then nobody can say whose key it is)
page-verify = Verify
page-working = Verifying…
page-no-file = Choose an evidence bundle first.
page-no-crypto = This browser lacks the cryptography that is needed. Use a newer one, or the program countersign-verify.
