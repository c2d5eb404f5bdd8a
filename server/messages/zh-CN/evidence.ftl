evidence-title = 证据包
evidence-lead = 一个文件，含已签署条目的原始字节、服务器签名的对账单、密钥登记记录、条款、笔迹、图样、附件与打印件。任何人可用 countersign-verify 离线核验，不经过本服务器。导出会记入流水。
evidence-fingerprint = 服务器密钥指纹。请在机构的公开渠道公布，核验者须与之核对。
evidence-export = 导出证据包
