using System.Collections.Concurrent;

namespace Quickstart;

internal sealed record NewOrder(string Item, string Email);

internal sealed record Order(string Number, string Item, string Email);

/// <summary>The shop as it was before notifications were added.</summary>
internal sealed class OrderBook
{
    private readonly ConcurrentQueue<Order> _orders = new();

    public IReadOnlyCollection<Order> All => _orders;

    public Order Place(NewOrder order)
    {
        var placed = new Order(Guid.CreateVersion7().ToString("N"), order.Item, order.Email);
        _orders.Enqueue(placed);
        return placed;
    }
}
