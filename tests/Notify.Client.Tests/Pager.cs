using Notify.Providers;

namespace Notify.Client.Tests;

/// <summary>A provider that can be told to reject every message.</summary>
internal sealed class Pager : IDeliveryProvider
{
    public static Channel Paging { get; } = Channel.Create("pager");

    public bool Rejects { get; set; }

    public string Name => "pager";

    public Channel Channel => Paging;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
        new(Rejects ? Outcome.Rejected("rejected by the pager") : Outcome.Sent());
}
