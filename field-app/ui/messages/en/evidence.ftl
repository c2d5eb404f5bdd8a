evidence-title = Evidence bundle
evidence-why-entry = Keeps this paper with its signatures, strokes, statement and record of keys as one file that a lawyer or a court can verify offline. Before a sync it has no receipt of the server, so until when it was signed is not proved.
evidence-why-stop = Keeps all entries and attachments of this stop that this phone holds as one file that a lawyer or a court can verify offline. Attachments on a colleague’s phone are not in it.
evidence-confirm = Confirm the evidence bundle
evidence-export = Export the evidence bundle
evidence-exported = Exported: { $name }
