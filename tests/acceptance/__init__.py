"""Every preset against its table, and the bad ticks that must stay without consequence."""
