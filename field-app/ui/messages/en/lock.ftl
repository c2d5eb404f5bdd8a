lock-title = Locked
lock-enter = Enter your PIN
lock-pin = PIN
lock-open = Unlock
lock-opening = Unlocking…
lock-keypad = Digits
lock-digit = Digit { $digit }
lock-delete = Delete the last digit
lock-letters = Keyboard
lock-digits = Digits
lock-show = Show
lock-hide = Hide
lock-tries = { $count ->
    [one] One try is left. If it is wrong too, this phone has to be enrolled again with a new code from the office. Work that is not sent yet stays on it.
   *[other] { $count } tries are left. After the last one this phone has to be enrolled again with a new code from the office. Work that is not sent yet stays on it.
}
lock-wait = Another PIN can be tried in { $time }. A restart of the phone begins the wait anew.
lock-owner = Unlock with finger or face
lock-owner-after-pin = After a start of the app the PIN comes first; finger or face work again after it.
lock-sync-waits = { $count ->
    [0] Sync goes on after the PIN.
    [one] One item waits to be sent. Sync goes on after the PIN.
   *[other] { $count } items wait to be sent. Sync goes on after the PIN.
}
lock-sync-goes-on = { $count ->
    [0] Everything on this phone was sent.
    [one] One item waits to be sent; that goes on while the app is locked.
   *[other] { $count } items wait to be sent; that goes on while the app is locked.
}
lock-forgotten = PIN forgotten?
lock-forgotten-why = Nobody can read it out, not even the office. After ten wrong PINs the office gives you a new code, and you enrol this phone again. Nothing recorded is lost.

lock-spent-title = Enrol this phone again
lock-spent-why = Too many wrong PINs: what the PIN protected is destroyed. Ask the office for a new one-time code, for yourself. Everything recorded is still on this phone.
lock-spent-unsent = { $count ->
    [0] Everything was sent.
    [one] One item is not sent yet. It stays on this phone and can be sent or exported after you have enrolled.
   *[other] { $count } items are not sent yet. They stay on this phone and can be sent or exported after you have enrolled.
}
lock-spent-held = What was signed with the old key and not sent yet will be held by the office until somebody decides.

lock-set-title = Set a PIN
lock-set-why = The PIN keeps what customers signed and owe from whoever picks up this phone.
lock-rules = At least six digits, or a phrase of at least eight characters. No rows such as 123456, no birthdays.
lock-set = Turn the lock on
lock-setting = Turning the lock on…
lock-later = Later
lock-new = New PIN
lock-again = The same PIN again
lock-differ = The two PINs differ. Type them again.
lock-warning = Ten wrong PINs destroy this phone’s key; then it has to be enrolled again. Nothing recorded is lost.
lock-change-title = Change the PIN
lock-old = PIN in force
lock-change = Change the PIN
lock-changing = Changing the PIN…

lock-settings = Lock
lock-is-off = No PIN is set: whoever holds this phone can open the app.
lock-is-on = The app asks for the PIN after each start, and when it was not touched for a while.
lock-now = Lock now
lock-auto = Lock by itself after
lock-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
lock-auto-why = Without a touch, or in the background. It never locks under a customer’s pen.
lock-owner-unlocks = Unlock with finger or face
lock-owner-unlocks-why = The PIN stays the way in after a start of the app.
lock-owner-question = Unlock Countersign
lock-owner-cancel = Use the PIN
lock-confirm-cancel = Cancel
lock-confirm-void = Void this cash receipt
lock-confirm-export = Export everything not received
