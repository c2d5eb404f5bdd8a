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
