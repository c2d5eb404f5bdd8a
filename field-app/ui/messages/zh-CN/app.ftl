app-back = 返回
