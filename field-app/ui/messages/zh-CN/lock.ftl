lock-title = 已锁定
lock-enter = 请输入解锁码
lock-pin = 解锁码
lock-open = 解锁
lock-opening = 正在解锁…
lock-keypad = 数字键
lock-digit = 数字 { $digit }
lock-delete = 删除最后一位
lock-letters = 键盘
lock-digits = 数字
lock-show = 显示
lock-hide = 隐藏
lock-tries = 还可以再试 { $count } 次。全部输错后，本机须用公司内勤的新登记码重新登记；尚未发送的工作仍保留在本机。
lock-wait = { $time }后才能再试。重启手机会重新计时。
lock-owner = 用指纹或面容解锁
lock-owner-after-pin = 应用启动后须先输入解锁码，之后才能用指纹或面容。
lock-sync-waits = { $count ->
    [0] 输入解锁码后继续同步。
   *[other] 有 { $count } 项待发送，输入解锁码后继续同步。
}
lock-sync-goes-on = { $count ->
    [0] 本机内容已全部发送。
   *[other] 有 { $count } 项待发送，锁定期间仍会继续发送。
}
lock-forgotten = 忘记解锁码？
lock-forgotten-why = 谁也查不到解锁码，公司也不能。连续输错十次后，请公司内勤发新的登记码，重新登记本机。已记录的内容不会丢失。

lock-spent-title = 重新登记本机
lock-spent-why = 解锁码输错次数过多，由它保护的密钥已销毁。请向公司内勤索取发给您本人的新登记码。已记录的内容都还在本机。
lock-spent-unsent = { $count ->
    [0] 内容已全部发送。
   *[other] 有 { $count } 项尚未发送，仍保留在本机，登记后可以发送或导出。
}
lock-spent-held = 用旧密钥签署而尚未发送的内容，会由公司留待处理。

lock-set-title = 设置解锁码
lock-set-why = 手机落到别人手里时，解锁码使客户签署的文件和欠款不被看到。
lock-rules = 至少六位数字，或至少八个字的短语。不能用 123456 这样的顺序，也不能用生日。
lock-set = 打开应用锁
lock-setting = 正在打开应用锁…
lock-later = 以后再说
lock-new = 新解锁码
lock-again = 再输入一次
lock-differ = 两次输入的解锁码不同，请重新输入。
lock-warning = 连续输错十次，本机密钥即销毁，须重新登记。已记录的内容不会丢失。
lock-change-title = 更换解锁码
lock-old = 现用解锁码
lock-change = 更换解锁码
lock-changing = 正在更换…

lock-settings = 应用锁
lock-is-off = 尚未设置解锁码：拿到这部手机的人都能打开应用。
lock-is-on = 应用启动后，或一段时间没有操作后，须输入解锁码。
lock-now = 立即锁定
lock-auto = 自动锁定
lock-minutes = { $count } 分钟后
lock-auto-why = 指没有操作，或应用在后台。客户正在签字时不会锁定。
lock-owner-unlocks = 用指纹或面容解锁
lock-owner-unlocks-why = 应用启动后的第一次仍须输入解锁码。
lock-owner-question = 解锁 Countersign
lock-owner-cancel = 用解锁码
lock-confirm-cancel = 取消
lock-confirm-void = 作废这张现金收据
lock-confirm-export = 导出全部未收妥的工作
