today-title = Visits
today-plan-today = Today
today-stops = { $count ->
    [one] { $count } stop
   *[other] { $count } stops
}
today-ready = Ready for offline: everything is on this phone
today-not-ready = { $count ->
    [one] { $count } part is
   *[other] { $count } parts are
} still missing. Sync before you leave the network.
today-empty = No visit plan on this phone yet
today-empty-next = A plan arrives once the director has approved it. Sync while there is a network.
today-more = Show { $count } more stops
today-cash = { $amount } cash in hand
today-here = Straight-line distances from this phone’s position at { $time } ({ $age }), ±{ $accuracy } m.
today-here-rough = Straight-line distances from this phone’s position at { $time } ({ $age }), accuracy not known.
today-here-unknown = No distances yet: this phone’s position is not known. They appear once it finds one, or after a check-in.
today-here-denied = No distances: the app may not read the position. They appear after a check-in with a position.
today-no-sites = No distances: the coordinates of these customers are not on file.
