statement-title = 对账单
statement-show = 出示对账单
statement-missing = 对账单还没有下载到本机
statement-cut-off = 截至 { $day }
statement-hash = 校验码 { $hash }
statement-read-to-end = 请客户读到末尾
statement-confirm = 客户已核对内容，去签字
statement-only-shown = 您可以出示本对账单；签字由同组业务员在其手机上办理。
