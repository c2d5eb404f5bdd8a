statement-title = 对账单
statement-show = 出示对账单
statement-missing = 对账单还没有下载到本机
statement-cut-off = 截至 { $day }
statement-hash = 校验码 { $hash }
statement-read-to-end = 请客户读到末尾
statement-confirm = 客户已核对内容，去签字
