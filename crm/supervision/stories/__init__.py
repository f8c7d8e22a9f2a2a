"""先进典型: 「大力宣传项目投资、征地拆迁、施工建设的先进典型」, written down by a unit, published by who publishes."""
