"""项目体检: four flags over signed deals, worked out from the deal, its key projects and the money that arrived."""
