using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>The behavior of a vendor in a test.</summary>
public enum VendorBehavior
{
    /// <summary>The vendor accepts every message.</summary>
    Accepts,

    /// <summary>The vendor permanently refuses every message.</summary>
    Rejects,

    /// <summary>The vendor receives a message and never answers.</summary>
    Hangs,
}

/// <summary>
/// The tests that every <see cref="IDeliveryProvider"/> that calls a vendor must pass. Inherit this class in the provider's test
/// project and set up a vendor:
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
/// For a provider that uses HTTP, inherit <see cref="HttpProviderConformance"/> instead, which includes the vendor.
/// </summary>
public abstract class ProviderConformance : ProviderFacts
{
    [Fact]
    public async Task A_permanent_refusal_is_not_retried()
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

        Assert.False(string.IsNullOrWhiteSpace(outcome.Reason), "The outcome has no reason.");
        AssertRevealsNothing(delivery, outcome);
    }

    [Fact]
    public async Task A_running_attempt_ends_when_it_is_cancelled()
    {
        var provider = await CreateAsync(VendorBehavior.Hangs);
        using var cancelled = new CancellationTokenSource();

        var sending = provider.SendAsync(Delivery(provider), cancelled.Token).AsTask();
        await WaitUntilCalledAsync();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(CancellationTimeout, Cancellation));
    }

    [Fact]
    public async Task A_cancelled_attempt_does_not_affect_the_next()
    {
        var hanging = await CreateAsync(VendorBehavior.Hangs);
        using (var cancelled = new CancellationTokenSource())
        {
            var sending = hanging.SendAsync(Delivery(hanging), cancelled.Token).AsTask();
            await WaitUntilCalledAsync();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(CancellationTimeout, Cancellation));
        }

        Assert.Equal(OutcomeKind.Sent, (await SendAsync(VendorBehavior.Accepts)).Kind);
    }

    /// <summary>Creates the provider and makes its vendor behave as given from now on.</summary>
    protected abstract ValueTask<IDeliveryProvider> CreateAsync(VendorBehavior behavior);

    /// <summary>
    /// Waits until a hanging vendor has been called, so that the attempt is running when it is cancelled. The default completes
    /// at once.
    /// </summary>
    protected virtual Task WaitUntilCalledAsync() => Task.CompletedTask;

    private protected sealed override ValueTask<IDeliveryProvider> CreateAcceptingAsync() => CreateAsync(VendorBehavior.Accepts);

    private async Task<Outcome> SendAsync(VendorBehavior behavior)
    {
        var provider = await CreateAsync(behavior);
        return await provider.SendAsync(Delivery(provider), Cancellation);
    }
}
