"""视察、督查: 「广泛组织人大代表、政协委员等进行专项视察、监督检查」, each remark followed to its slip and its answer."""
