using Notify.Delivering;

namespace Notify.Conformance;

/// <summary>How a vendor behaves in a fact.</summary>
public enum VendorBehavior
{
    /// <summary>It takes every message over.</summary>
    Accepts,

    /// <summary>It refuses every message for good.</summary>
    Rejects,

    /// <summary>It takes the message and never answers.</summary>
    Hangs,
}

/// <summary>
/// What every <see cref="IDeliveryProvider"/> that calls a vendor promises. A provider's test project inherits it and sets up a
/// vendor:
/// <code>
/// public sealed class FaxConformance : ProviderConformance
/// {
///     private readonly FaxMachine _machine = new();
///
///     protected override ValueTask&lt;IDeliveryProvider&gt; CreateAsync(VendorBehavior behavior)
///     {
///         _machine.Behavior = behavior;
///         return new(new FaxProvider("fax", _machine.Port));
///     }
/// }
/// </code>
/// A provider that speaks HTTP inherits <see cref="HttpProviderConformance"/> instead, which brings the vendor along.
/// </summary>
public abstract class ProviderConformance : ProviderFacts
{
    [Fact]
    public async Task What_the_vendor_refuses_for_good_is_not_retried()
    {
        var outcome = await SendAsync(VendorBehavior.Rejects);

        Assert.Contains(outcome.Kind, new[] { OutcomeKind.Rejected, OutcomeKind.RecipientGone });
    }

    [Fact]
    public async Task A_refusal_has_a_reason_without_address_or_content()
    {
        var provider = await CreateAsync(VendorBehavior.Rejects);
        var delivery = Delivery(provider);

        var outcome = await provider.SendAsync(delivery, Cancellation);

        Assert.False(string.IsNullOrWhiteSpace(outcome.Reason), "An operator needs to read why.");
        AssertKeepsSecret(delivery, outcome);
    }

    [Fact]
    public async Task An_attempt_under_way_is_given_up_when_it_is_cancelled()
    {
        var provider = await CreateAsync(VendorBehavior.Hangs);
        using var cancelled = new CancellationTokenSource();

        var sending = provider.SendAsync(Delivery(provider), cancelled.Token).AsTask();
        await UnderWayAsync();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task An_attempt_that_was_cancelled_does_not_break_the_next()
    {
        var hanging = await CreateAsync(VendorBehavior.Hangs);
        using (var cancelled = new CancellationTokenSource())
        {
            var sending = hanging.SendAsync(Delivery(hanging), cancelled.Token).AsTask();
            await UnderWayAsync();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Patience, Cancellation));
        }

        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(VendorBehavior.Accepts)).Kind);
    }

    /// <summary>Creates the provider, whose vendor behaves like this from now on.</summary>
    protected abstract ValueTask<IDeliveryProvider> CreateAsync(VendorBehavior behavior);

    /// <summary>
    /// Completes when a hanging vendor has been called, so that an attempt is cancelled midway. Default: at once.
    /// </summary>
    protected virtual Task UnderWayAsync() => Task.CompletedTask;

    private protected sealed override ValueTask<IDeliveryProvider> CreateAcceptingAsync() => CreateAsync(VendorBehavior.Accepts);

    private async Task<Outcome> SendAsync(VendorBehavior behavior)
    {
        var provider = await CreateAsync(behavior);
        return await provider.SendAsync(Delivery(provider), Cancellation);
    }
}
