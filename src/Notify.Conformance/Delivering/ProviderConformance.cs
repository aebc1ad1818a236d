using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Conformance;

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
/// The tests that every <see cref="IDeliveryProvider"/> must pass. Inherit this class in the provider's test project and set up a
/// vendor:
/// <code>
/// public sealed class FaxConformance : ProviderConformance
/// {
///     private readonly FaxMachine _machine = new();
///
///     protected override ValueTask&lt;IDeliveryProvider?&gt; CreateAsync(VendorBehavior behavior)
///     {
///         _machine.Behavior = behavior;
///         return new(new FaxProvider("fax", _machine.Port));
///     }
/// }
/// </code>
/// For a provider that uses HTTP, inherit <see cref="HttpProviderConformance"/> instead, which includes the vendor.
/// </summary>
public abstract class ProviderConformance : IAsyncLifetime
{
    /// <summary>
    /// The timeout for cancelled attempts. It is so long that only a provider that ignores cancellation reaches it.
    /// </summary>
    private protected static readonly TimeSpan CancellationTimeout = TimeSpan.FromSeconds(30);

    private int _sent;

    /// <summary>Gets the content that the tests send. No reason may contain any part of it.</summary>
    protected virtual Content Content { get; } =
        new()
        {
            Title = "Quetzalcoatlus",
            Body = "Your one-time code is 830174.",
            Data = new Dictionary<string, string> { ["order"] = "Xochimilco-42" },
        };

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Runs before each test.</summary>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs after each test. Stop the vendor here.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Name_and_channel_are_well_formed_and_constant()
    {
        var provider = await CreateAsync(VendorBehavior.Accepts)
            ?? throw new InvalidOperationException("CreateAsync must return a provider for VendorBehavior.Accepts.");

        Assert.Matches("^[a-z][a-z0-9.-]{0,63}$", provider.Name);
        Assert.True(Channel.TryParse(provider.Channel.Name, out _), "The channel is default(Channel).");
        Assert.Equal((provider.Name, provider.Channel), (provider.Name, provider.Channel));
    }

    [Fact]
    public async Task An_accepted_message_has_the_outcome_Accepted()
    {
        var outcome = await SendAsync(VendorBehavior.Accepts);

        Assert.Equal((OutcomeKind.Accepted, null), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task A_permanent_refusal_is_not_retried()
    {
        var outcome = await SendAsync(VendorBehavior.Rejects);

        Assert.Contains(outcome.Kind, new[] { OutcomeKind.Rejected, OutcomeKind.RecipientGone });
    }

    [Fact]
    public async Task A_refusal_has_a_reason_without_address_or_content()
    {
        var provider = await CreateOrSkipAsync(VendorBehavior.Rejects);
        var delivery = Delivery(provider);

        var outcome = await provider.SendAsync(delivery, Cancellation);

        Assert.False(string.IsNullOrWhiteSpace(outcome.Reason), "The outcome has no reason.");
        AssertRevealsNothing(delivery, outcome);
    }

    [Fact]
    public async Task A_delivery_can_be_sent_again()
    {
        var provider = await CreateOrSkipAsync(VendorBehavior.Accepts);
        var delivery = Delivery(provider);

        Assert.Equal(OutcomeKind.Accepted, (await provider.SendAsync(delivery, Cancellation)).Kind);
        Assert.Equal(OutcomeKind.Accepted, (await provider.SendAsync(delivery, Cancellation)).Kind);
    }

    [Fact]
    public async Task Deliveries_are_sent_concurrently()
    {
        var provider = await CreateOrSkipAsync(VendorBehavior.Accepts);

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(_ => Task.Run(async () => await provider.SendAsync(Delivery(provider), Cancellation)))
        );

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Accepted, outcome.Kind));
    }

    [Fact]
    public async Task A_running_attempt_ends_when_it_is_cancelled()
    {
        var provider = await CreateOrSkipAsync(VendorBehavior.Hangs);
        using var cancelled = new CancellationTokenSource();

        var sending = provider.SendAsync(Delivery(provider), cancelled.Token).AsTask();
        await WaitUntilCalledAsync();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(CancellationTimeout, Cancellation));
    }

    [Fact]
    public async Task A_cancelled_attempt_does_not_affect_the_next()
    {
        var hanging = await CreateOrSkipAsync(VendorBehavior.Hangs);
        using (var cancelled = new CancellationTokenSource())
        {
            var sending = hanging.SendAsync(Delivery(hanging), cancelled.Token).AsTask();
            await WaitUntilCalledAsync();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(CancellationTimeout, Cancellation));
        }

        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(VendorBehavior.Accepts)).Kind);
    }

    /// <summary>
    /// Creates the provider and makes its vendor behave as given from now on. Return null if the vendor cannot behave this way;
    /// the test is then skipped.
    /// </summary>
    protected abstract ValueTask<IDeliveryProvider?> CreateAsync(VendorBehavior behavior);

    /// <summary>
    /// Waits until a hanging vendor has been called, so that the attempt is running when it is cancelled. The default completes
    /// at once.
    /// </summary>
    protected virtual Task WaitUntilCalledAsync() => Task.CompletedTask;

    /// <summary>Creates a well-formed address of the channel, to which the tests send. Override it for custom channels.</summary>
    protected virtual Address CreateAddress(Channel channel) =>
        channel.Name switch
        {
            "email" => new Address(channel, "ada.lovelace@example.org"),
            "sms" => new Address(channel, "+46701740605"),
            "push" => new Address(channel, new string('5', 32) + new string('e', 32), Platform.Android),
            "webhook" => new Address(channel, "https://hooks.example.org/5e5e5e"),
            _ => new Address(channel, "5e5e5e5e"),
        };

    /// <summary>Creates a new delivery for the provider.</summary>
    protected Delivery Delivery(IDeliveryProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = CreateAddress(provider.Channel),
            Provider = provider.Name,
            Content = Content,
            ContentIndex = 0,
            UserId = $"user-{Interlocked.Increment(ref _sent)}",
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddDays(1),
        };
    }

    private protected static void AssertRevealsNothing(Delivery delivery, Outcome outcome)
    {
        string?[] secrets =
        [
            delivery.To.Value,
            delivery.Content.Title,
            delivery.Content.Body,
            delivery.Content.Html,
            .. delivery.Content.Data?.Values ?? [],
        ];
        foreach (var secret in secrets.Where(secret => !string.IsNullOrEmpty(secret)))
        {
            // Assert.DoesNotContain is not used, because its message would show the secret.
            Assert.False(
                outcome.ToString().Contains(secret!, StringComparison.OrdinalIgnoreCase),
                "The reason contains a part of the address or content."
            );
        }
    }

    private protected async Task<IDeliveryProvider> CreateOrSkipAsync(VendorBehavior behavior)
    {
        var provider = await CreateAsync(behavior);
        Assert.SkipWhen(provider is null, $"Skipped, because this vendor never {behavior.ToString().ToLowerInvariant()}.");
        return provider!;
    }

    private async Task<Outcome> SendAsync(VendorBehavior behavior)
    {
        var provider = await CreateOrSkipAsync(behavior);
        return await provider.SendAsync(Delivery(provider), Cancellation);
    }
}
