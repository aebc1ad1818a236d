using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>
/// The facts about every <see cref="IDeliveryProvider"/>. Inherit <see cref="ProviderConformance"/> or, for a provider that calls
/// nothing, <see cref="VendorlessProviderConformance"/>.
/// </summary>
public abstract class ProviderFacts : IAsyncLifetime
{
    /// <summary>Far longer than giving up takes, so that only a provider that never gives up reaches it.</summary>
    private protected static readonly TimeSpan CancellationTimeout = TimeSpan.FromSeconds(30);

    private int _sent;

    private protected ProviderFacts() { }

    /// <summary>The content that facts send: every part of it is a word that no reason may repeat.</summary>
    protected virtual Content Content { get; } =
        new()
        {
            Title = "Quetzalcoatlus",
            Body = "Your one-time code is 830174.",
            Data = new Dictionary<string, string> { ["order"] = "Xochimilco-42" },
        };

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Runs before each fact.</summary>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs after each fact. Stop the vendor here.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Name_and_channel_are_well_formed_and_constant()
    {
        var provider = await CreateAcceptingAsync();

        Assert.Matches("^[a-z][a-z0-9.-]{0,63}$", provider.Name);
        Assert.True(Channel.TryParse(provider.Channel.Name, out _), "The channel is default(Channel).");
        Assert.Equal((provider.Name, provider.Channel), (provider.Name, provider.Channel));
    }

    [Fact]
    public async Task A_sent_message_has_the_outcome_Sent()
    {
        var provider = await CreateAcceptingAsync();

        var outcome = await provider.SendAsync(Delivery(provider), Cancellation);

        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task A_delivery_can_be_sent_again()
    {
        var provider = await CreateAcceptingAsync();
        var delivery = Delivery(provider);

        Assert.Equal(OutcomeKind.Sent, (await provider.SendAsync(delivery, Cancellation)).Kind);
        Assert.Equal(OutcomeKind.Sent, (await provider.SendAsync(delivery, Cancellation)).Kind);
    }

    [Fact]
    public async Task Deliveries_are_sent_concurrently()
    {
        var provider = await CreateAcceptingAsync();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(_ => Task.Run(async () => await provider.SendAsync(Delivery(provider), Cancellation)))
        );

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Sent, outcome.Kind));
    }

    private protected abstract ValueTask<IDeliveryProvider> CreateAcceptingAsync();

    /// <summary>
    /// Creates the address to which facts send: a well-formed address of the channel. Override this method for a custom channel.
    /// </summary>
    protected virtual Address CreateAddress(Channel channel) =>
        channel.Name switch
        {
            "email" => new Address(channel, "ada.lovelace@example.org"),
            "sms" => new Address(channel, "+46701740605"),
            "push" => new Address(channel, new string('5', 32) + new string('e', 32)) { Platform = Platform.Android },
            "webhook" => new Address(channel, "https://hooks.example.org/5e5e5e"),
            _ => new Address(channel, "5e5e5e5e"),
        };

    /// <summary>Creates another delivery for the provider.</summary>
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
            // Not by Assert.DoesNotContain, whose message would repeat what must not be read.
            Assert.False(
                outcome.ToString().Contains(secret!, StringComparison.OrdinalIgnoreCase),
                "The reason repeats the address or content."
            );
        }
    }
}
