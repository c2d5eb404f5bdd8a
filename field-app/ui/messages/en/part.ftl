part-title = Photos and attachments
part-one = Attachment
part-add = Take a photo, record, add a file
part-count = { $count ->
    [one] { $count } attached
   *[other] { $count } attached
}
part-none = Nothing is attached yet.
part-kind = What it shows
part-caption = Caption
part-caption-hint = Such as: the gate, the cable in store 3
part-camera = Photo
part-record = Record
part-file = Choose a file
part-limit = At most 20 MB each. A photo is kept as it was taken and stored on this phone at once.
part-storing = Storing on this phone… { $percent } %
part-not-at-home = Do not enter a home, and take no photo or film inside one; say so before you record. Only what concerns the debt.
part-unfinished = “{ $kind }” of { $time } was not stored whole: take or choose it again.
part-unfinished-whole = “{ $kind }” of { $time } is stored on this phone and not attached yet.
part-unfinished-count = { $count ->
    [one] { $count } was not stored whole
   *[other] { $count } were not stored whole
}
part-finish = Attach
part-give-up = Give up
part-picture-of = { $kind } { $caption }
part-open = Open
part-opening = Opening…
part-elsewhere = The original is on a colleague’s phone or at the office.
part-not-shown = This phone cannot show such a file. It is kept as it was; the office can download it.
part-site = Site
part-goods = Goods
part-proof-of-authority = Proof of authority
part-stamped-sheet = Stamped sheet
part-audio = Recording
part-other = Other
page-before = Previous page
page-after = Next page
