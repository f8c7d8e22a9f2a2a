"""到位资金: money that arrived for a deal, declared, checked and recognised; closed month by month, never altered after."""
