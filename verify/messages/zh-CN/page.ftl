page-lead = 选择一个证据包文件（.csev）。核验在本页内完成，不联网，文件不离开本机；断网后照样可用。
page-language = 语言
page-file = 证据包文件
page-trust = 机构公布的服务器密钥指纹（64 位十六进制数字；可留空，但留空时不能确认是谁的密钥）
page-verify = 核验
page-working = 正在核验……
page-no-file = 请先选择一个证据包文件。
page-no-crypto = 此浏览器没有提供所需的密码学功能。请改用较新的浏览器，或使用 countersign-verify 程序。
