"""Emergency stops: setting, holding and lifting them."""
