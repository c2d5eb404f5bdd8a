evidence-title = Evidence bundle
evidence-lead = One file with the signed entries as they came, the statement under the server's signature, the records of keys, the clause, strokes, drawings, attachments and the PDF. Anybody can verify it with countersign-verify, offline and without this server. Each export is on record.
evidence-fingerprint = Fingerprint of the server's key. Publish it where others can find it: whoever verifies compares it.
evidence-export = Export the evidence bundle
