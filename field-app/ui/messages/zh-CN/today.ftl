today-title = 走访
today-plan-today = 今天
today-stops = { $count } 个走访点
today-ready = 离线资料齐全，可以出发
today-not-ready = 还缺 { $count } 份资料，请在有网络时同步后再出发
today-empty = 本机还没有走访方案
today-empty-next = 方案由常务副总审批后才会下发。有网络时请同步一次。
today-more = 再显示 { $count } 个走访点
