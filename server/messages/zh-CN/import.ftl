# 整个文件被拒绝
import-refused-empty = 文件是空的，请选择含有台账的文件。
import-refused-too-large = 文件超过 { $limit } MB，请按客户或年度拆分后分别导入。
import-refused-unpacks-too-large = 文件解压后远远超过台账的大小；请把台账所在的工作表另存为新工作簿。
import-refused-too-many-rows = 文件超过 { $limit } 行，请按客户或年度拆分后分别导入。
import-refused-too-many-columns = 第 { $limit } 列以右还有内容，请删除与台账无关的内容后重新保存。
import-refused-too-many-sheets = 工作表超过 { $limit } 个，请把台账所在的工作表另存为新工作簿。
import-refused-wrong-type = { $found ->
    [pdf] 这是 PDF，不是台账；请索取打印它所用的表格文件。
    [picture] 这是图片，不是台账；请索取表格文件本身。
    [web-page] 这其实是网页（即使扩展名是 .xls）；请用 Excel 或 WPS 打开后另存为 .xlsx。
    [text-document] 这是文字文档，不是台账；请把表格复制到 Excel 或 WPS 后另存为 .xlsx。
    [binary-workbook] 这是二进制工作簿（.xlsb）；请用 Excel 打开后另存为 .xlsx。
    [old-workbook] 工作簿是 Excel 97 以前的格式或 2003 版 XML；请用 Excel 或 WPS 打开后另存为 .xlsx。
    [archive] 这是压缩包；请先解压，再导入其中的台账。
   *[unknown] 这不是表格文件；请用 Excel 或 WPS 打开后另存为 .xlsx 或 .csv。
}
import-refused-password = 工作簿设有密码；请在 Excel 或 WPS 中取消密码，保存后重新导入。
import-refused-damaged = 文件已损坏或不完整；请重新获取，或用 Excel 或 WPS 打开后另存为新的 .xlsx。
import-refused-encoding = 无法识别文本文件的编码；请另存为“CSV UTF-8”后重新导入。
import-refused-unclosed-quote = 第 { $row } 行的文字没有结束，可能少了一个引号；请更正，或把台账另存为 .xlsx。
import-refused-no-table = 没有找到含有客户、单据号和金额的表；请在各列上方写好表头后重新导入。

# 某一行的问题；该行留待处理
import-problem-missing-due-date = 没有填到期日。
import-problem-bad-date = “{ $found }”不是日期。
import-problem-due-before-invoice = 到期日 { $found } 早于开票日期。
import-problem-bad-amount = “{ $found }”不是金额。
import-problem-balance-mismatch = 未收金额写的是 { $found }，不等于应收减已收。
import-problem-duplicate = 该客户的单据 { $found } 前面已经出现过。
import-problem-unknown-customer = “{ $found }”不在客户档案中，编码和名称都对不上。
import-problem-ambiguous-unit = 单位行与表头写的单位不一致，请确认以哪个为准。
import-problem-missing-document = 没有填单据号。
import-problem-bad-document = 单据号“{ $found }”已被表格软件丢失位数，请按文本重新填写。
import-problem-bad-customer = 客户既没有编码也没有名称。
import-problem-bad-position = “{ $found }”不是经纬度。

# 未导入的行及原因
import-ignored-title = 标题
import-ignored-unit-line = 单位或截止日期行
import-ignored-header = 表头
import-ignored-repeated-header = 重复的表头
import-ignored-blank = 空行
import-ignored-subtotal = 小计
import-ignored-total = 合计
import-ignored-footer = 表尾
import-ignored-note = 说明
import-ignored-unread = 列未识别
import-ignored-struck = 已剔除

# 请核对的事项；不影响导入
import-question-unit-perhaps-larger = 没有写明单位，而 { $found } 的小数多于两位；金额是否以万元计？
import-question-unusual-amount = { $found } 超过本表一般金额的一千倍，是否有误？
import-question-currency-presumed = 文件没有写明币种，暂按 { $found } 处理。
import-question-sheet-unread = 工作表“{ $found }”的列无法识别，指定各列后才能导入。
import-question-total-differs = 合计行写的是 { $found }；其中可能包含留待处理的行和重复的行。

# 工作表的内容
import-sheet-customers = 客户
import-sheet-contracts = 合同
import-sheet-receivables = 应收账款
import-sheet-payments = 回款
import-sheet-notes = 说明
import-sheet-unread = 未识别
import-sheet-empty = 空表

# 列的含义
import-field-code = 客户编码
import-field-customer = 客户名称
import-field-document = 单据号
import-field-contract = 合同号
import-field-invoiced = 开票日期
import-field-due = 到期日
import-field-amount = 应收金额
import-field-received = 已收金额
import-field-outstanding = 未收金额
import-field-salesperson = 业务员
import-field-settled = 结清日期
import-field-disputed = 争议
import-field-remark = 备注
import-field-credit-code = 统一社会信用代码
import-field-contact = 联系人
import-field-phone = 电话
import-field-address = 地址
import-field-longitude = 经度
import-field-latitude = 纬度
import-field-crs = 坐标系
import-field-grade = 信用等级
import-field-signed-on = 签订日期
import-field-contract-amount = 合同金额
import-field-payment-terms = 付款条件
import-field-penalty-rate = 违约金日利率
import-field-guarantor = 保证人
import-field-guarantee-period = 保证期间
import-field-paid-on = 回款日期
import-field-method = 方式
import-field-applied-to = 核销单据
import-field-derived = 不导入
