evidence-title = 证据包
evidence-why-entry = 把这份文件连同签名、笔迹、对账单和密钥登记存成一个文件，供律师或法院离线核验。未同步时没有服务器回执，签署时间的上限不能证明。
evidence-why-stop = 把本机所存这次走访的全部条目和附件存成一个文件，供律师或法院离线核验。同事手机上的附件不在其中。
evidence-confirm = 确认导出证据包
evidence-export = 导出证据包
evidence-exported = 已导出：{ $name }
