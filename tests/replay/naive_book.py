"""An order book as anybody would write it first: lists, searched from end to end. No code is shared with src/."""


class NaiveBook:
    """Integers only; limit orders that rest; price, then age."""

    def __init__(self):
        self.resting = []  # [side, price, age, name, quantity]
        self.trades = []  # (price, quantity, side of the taker)
        self.age = 0

    def place(self, name, side, price, quantity, rests=True):
        while quantity > 0:
            others = [o for o in self.resting if o[0] != side and (o[1] <= price if side == "BUY" else o[1] >= price)]
            if not others:
                break
            best = min(others, key=lambda o: (o[1] if side == "BUY" else -o[1], o[2]))
            taken = min(quantity, best[4])
            self.trades.append((best[1], taken, side))
            quantity -= taken
            best[4] -= taken
            if best[4] == 0:
                self.resting.remove(best)
        if quantity > 0 and rests:
            self.age += 1
            self.resting.append([side, price, self.age, name, quantity])

    def cancel(self, name):
        """True: it was there."""
        for order in self.resting:
            if order[3] == name:
                self.resting.remove(order)
                return True
        return False

    def levels(self, side):
        """[(price, quantity)], best first."""
        sums = {}
        for order in self.resting:
            if order[0] == side:
                sums[order[1]] = sums.get(order[1], 0) + order[4]
        return sorted(sums.items(), reverse=side == "BUY")
