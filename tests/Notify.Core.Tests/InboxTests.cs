using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>The inbox channel: from the trigger to the item, and from reading back to the delivery.</summary>
public sealed class InboxTests
{
    private const string Tenant = Trigger.DefaultTenant;
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    public InboxTests() => _passing = new Passing(_time);

    [Fact]
    public async Task A_user_without_an_address_gets_an_item_once_however_often_the_delivery_is_repeated()
    {
        await using var application = await StartAsync();
        var trigger = TestApplication.Say(Recipient.User("ada")) with
        {
            Category = "orders",
            Content = new Content
            {
                Title = "Shipped",
                Body = "Order 42",
                Html = "<p>Order 42</p>",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Inbox = new InboxContent
                {
                    Url = "/orders/42",
                    Actions = [new InboxAction { Label = "Track", Url = "https://example.org/42" }],
                },
            },
        };

        var delivery = await application.EndedDeliveryAsync(await application.SendAsync(trigger));
        await application
            .Services.GetServices<IDeliveryProvider>()
            .Single(provider => provider.Channel == Channel.Inbox)
            .SendAsync(delivery.Delivery, CancellationToken.None);

        Assert.Equal((DeliveryState.Sent, "ada"), (delivery.State, delivery.Delivery.To.Value));
        var item = Assert.Single(await ListAsync(application));
        Assert.Equal((delivery.Delivery.Id, "orders", "Shipped", "Order 42", null), Describe(item));
        Assert.Equal("/orders/42", item.Content.Inbox?.Url);
        Assert.Equal("Track", Assert.Single(item.Content.Inbox!.Actions!).Label);
        Assert.Equal("42", item.Content.Data!["order"]);
        Assert.Equal(1, (await application.Get<IInboxes>().CountUnreadAsync(Tenant, "ada")).Count);
    }

    [Fact]
    public async Task The_variant_of_the_inbox_and_the_preferences_of_the_user_apply()
    {
        await using var application = await StartAsync();
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "orders",
                Variants =
                [
                    new TemplateVariant { Title = "Mail {{ order }}", Body = "Mail" },
                    new TemplateVariant { Channel = Channel.Inbox, Title = "Inbox {{ order }}" },
                ],
            }
        );
        var trigger = new Trigger
        {
            To = Recipient.User("ada"),
            Template = "orders",
            Data = new { order = 42 },
            Category = "orders",
        };

        await application.EndedDeliveriesAsync(await application.SendAsync(trigger));
        await application.Directory.ChangePreferencesAsync(
            Tenant,
            "ada",
            [
                new PreferenceChange
                {
                    Category = "orders",
                    Channel = Channel.Inbox,
                    Status = PreferenceStatus.OptedOut,
                },
            ],
            PreferenceSource.Api
        );
        var declined = await application.EndedDeliveryAsync(
            await application.SendAsync(trigger with { Channels = [Channel.Inbox] })
        );

        Assert.Equal("Inbox 42", Assert.Single(await ListAsync(application)).Content.Title);
        Assert.Equal(DeliveryState.Cancelled, declined.State);
    }

    [Fact]
    public async Task Reading_cancels_the_email_that_would_follow_and_is_reported_once()
    {
        await using var application = await StartAsync();
        var id = await InboxElseMailAsync(application);
        var item = await ArrivedAsync(application);
        var inboxes = application.Get<IInboxes>();

        Assert.Equal(1, await inboxes.MarkAsync(Tenant, "ada", InboxMark.Read, [item.Id]));
        Assert.Equal(1, await inboxes.MarkAsync(Tenant, "ada", InboxMark.Unread, [item.Id]));
        Assert.Equal(1, await inboxes.MarkAsync(Tenant, "ada", InboxMark.Read, itemIds: null));
        Assert.Equal(0, await inboxes.MarkAsync(Tenant, "ada", InboxMark.Read, itemIds: null));
        await application.SentAsync(id, Channel.Inbox);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Empty(_mail.Sent);
        var deliveries = await application.EndedDeliveriesAsync(id);
        var receipts = deliveries.SelectMany(delivery => delivery.Receipts).ToArray();
        Assert.Equal((item.Id, ReceiptKind.Opened), (Assert.Single(receipts).DeliveryId, receipts[0].Kind));
    }

    [Fact]
    public async Task An_item_that_is_not_read_is_followed_by_the_email()
    {
        await using var application = await StartAsync();
        await InboxElseMailAsync(application);
        await ArrivedAsync(application);

        await _passing.PassAsync(application, FiveMinutes - TimeSpan.FromSeconds(10));
        Assert.Empty(_mail.Sent);
        await _passing.PassAsync(application, TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync(() => _mail.Sent.Count == 1, "the email");
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, false)]
    public async Task Quiet_hours_apply_to_the_inbox_only_if_the_application_wants_it(bool? applies, bool arrives)
    {
        await using var application = await StartAsync(builder =>
            builder.ConfigureChannel(Channel.Inbox, options => options.AppliesQuietHours = applies)
        );
        var now = TimeOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                TimeZone = "UTC",
                QuietHours = new QuietHours(now.AddHours(-1), now.AddHours(1)),
            }
        );

        var id = await application.SendAsync(TestApplication.Say(Recipient.User("ada")) with { Channels = [Channel.Inbox] });

        var delivery = arrives ? await application.EndedDeliveryAsync(id) : await application.DeliveryAsync(id);
        Assert.Equal(arrives ? DeliveryState.Sent : DeliveryState.Pending, delivery.State);
        Assert.Equal(arrives ? 1 : 0, (await ListAsync(application)).Count);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("data:text/html,a")]
    [InlineData("https://user:secret@example.org/")]
    [InlineData("orders/42")]
    [InlineData("/a b")]
    [InlineData("")]
    public async Task An_unsafe_url_is_refused_wherever_it_stands(string url)
    {
        await using var application = await StartAsync();
        var trigger = TestApplication.Say(Recipient.User("ada")) with
        {
            Content = new Content
            {
                Title = "Hello",
                Inbox = new InboxContent
                {
                    Url = url,
                    ImageUrl = url,
                    Actions = [new InboxAction { Label = "Go", Url = url }],
                },
            },
        };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(trigger));

        Assert.Equal(
            ["content.inbox.url", "content.inbox.imageUrl", "content.inbox.actions[0].url"],
            refused.Errors.Select(error => error.Field)
        );
    }

    [Fact]
    public async Task A_direct_address_an_address_of_a_user_and_an_item_without_text_are_refused()
    {
        await using var application = await StartAsync();
        Trigger[] triggers =
        [
            TestApplication.Say(Recipient.Address(Channel.Inbox, "ada")),
            new()
            {
                To = Recipient.User("ada"),
                Channels = [Channel.Inbox],
                Content = new Content { Html = "<p>Hello</p>" },
            },
        ];
        var fields = new List<(string, string)>();
        foreach (var trigger in triggers)
        {
            var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(trigger));
            fields.AddRange(refused.Errors.Select(error => (error.Field, error.Code)));
        }

        var user = new User
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["inbox"] = "ada" },
        };
        var address = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Directory.SaveUserAsync(user));

        Assert.Equal([("to[0]", FieldErrorCodes.NotAllowed), ("content.body", FieldErrorCodes.Required)], fields);
        Assert.Equal(("addresses.inbox", FieldErrorCodes.NotAllowed), (address.Errors[0].Field, address.Errors[0].Code));
    }

    [Fact]
    public async Task Items_of_concurrent_deliveries_share_writes_and_one_that_is_refused_fails_alone()
    {
        InboxProbe? probe = null;
        await using var application = await StartAsync(builder =>
            builder.UseInMemory().Decorate<IInboxStore>((_, store) => probe = new InboxProbe(store))
        );
        var provider = application
            .Services.GetServices<IDeliveryProvider>()
            .Single(provider => provider.Channel == Channel.Inbox);
        var delivery = (
            await application.EndedDeliveryAsync(
                await application.SendAsync(TestApplication.Say(Recipient.User("ada")) with { Channels = [Channel.Inbox] })
            )
        ).Delivery;
        probe!.Refused = Guid.CreateVersion7();
        probe.Hold();

        var sending = Enumerable
            .Range(0, 100)
            .Select(i =>
                provider
                    .SendAsync(delivery with { Id = i == 50 ? probe.Refused : Guid.CreateVersion7() }, CancellationToken.None)
                    .AsTask()
            )
            .ToArray();
        probe.Release();
        var outcomes = await Task.WhenAll(sending);

        Assert.Equal(OutcomeKind.Sent, outcomes[0].Kind);
        Assert.Equal(1, outcomes.Count(outcome => outcome.Kind != OutcomeKind.Sent));
        Assert.NotEqual(OutcomeKind.Sent, outcomes[50].Kind);
        Assert.Equal(100, (await ListAsync(application)).Count);
        Assert.True(probe.Largest > 1, "No write had several items.");
    }

    [Fact]
    public async Task Old_items_are_purged_and_those_of_a_removed_user_erased()
    {
        await using var application = await StartAsync(builder =>
        {
            builder.Services.Configure<InboxOptions>(options => options.Retention = TimeSpan.FromDays(1));
            builder.Services.Configure<NotificationsOptions>(options => options.Retention = null);
        });
        await application.Directory.SaveUserAsync(new User { Id = "grace" });
        await SendAndArriveAsync("ada");
        await SendAndArriveAsync("grace");
        _time.Advance(TimeSpan.FromHours(23));
        await SendAndArriveAsync("ada");

        await application.Directory.RemoveUserAsync(Tenant, "grace");
        _time.Advance(TimeSpan.FromSeconds(61));
        await _passing.WaitUntilAsync(async () => (await ListAsync(application, "grace")).Count == 0, "the erasure");
        Assert.Equal(2, (await ListAsync(application)).Count);
        await _passing.UntilAsync(TimeSpan.FromHours(1), async () => (await ListAsync(application)).Count == 1, "the purge");

        async Task SendAndArriveAsync(string user) =>
            await application.EndedDeliveriesAsync(
                await application.SendAsync(TestApplication.Say(Recipient.User(user)) with { Channels = [Channel.Inbox] })
            );
    }

    [Fact]
    public async Task An_inbox_is_paged_and_a_cursor_of_something_else_is_refused()
    {
        await using var application = await StartAsync();
        var inboxes = application.Get<IInboxes>();
        for (var i = 0; i < 3; i++)
            await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        var first = await inboxes.ListAsync(Tenant, "ada", InboxFilter.Current, new PageRequest { Limit = 2 });
        var second = await inboxes.ListAsync(
            Tenant,
            "ada",
            InboxFilter.Current,
            new PageRequest { Limit = 2, After = first.Next! }
        );
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            inboxes.ListAsync(Tenant, "ada", InboxFilter.Current, new PageRequest { Limit = 0, After = "x" })
        );

        Assert.Equal((2, 1, null), (first.Items.Count, second.Items.Count, second.Next));
        Assert.Equal(3, first.Items.Concat(second.Items).DistinctBy(item => item.Id).Count());
        Assert.Equal(["after", "limit"], refused.Errors.Select(error => error.Field).Order());
    }

    private static (Guid, string?, string?, string?, string?) Describe(InboxItem item) =>
        (item.Id, item.Category, item.Content.Title, item.Content.Body, item.Content.Html);

    private static async Task<IReadOnlyList<InboxItem>> ListAsync(TestApplication application, string user = "ada") =>
        (await application.Get<IInboxes>().ListAsync(Tenant, user, InboxFilter.Current, new PageRequest { Limit = 500 })).Items;

    private static async Task<InboxItem> ArrivedAsync(TestApplication application) =>
        await Eventually.FindAsync(async () => (await ListAsync(application)).SingleOrDefault(), "the item");

    private static async Task<Guid> InboxElseMailAsync(TestApplication application)
    {
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        return await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                Channels = [Channel.Inbox],
                Fallback = [new FallbackStep(Channel.Email, FiveMinutes)],
            }
        );
    }

    private async Task<TestApplication> StartAsync(Action<INotificationsBuilder>? configure = null)
    {
        var application = await TestApplication.StartAsync(
            _time,
            builder =>
            {
                _passing.AddTo(builder);
                builder.AddInbox();
                configure?.Invoke(builder);
            },
            _mail
        );
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        return application;
    }

    /// <summary>A store that can be held up, and that refuses one item.</summary>
    private sealed class InboxProbe(IInboxStore store) : IInboxStore
    {
        private readonly SemaphoreSlim _mayAdd = new(1, 1);

        public Guid Refused { get; set; }

        public int Largest { get; private set; }

        public void Hold() => _mayAdd.Wait();

        public void Release() => _mayAdd.Release();

        public async ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken)
        {
            await _mayAdd.WaitAsync(cancellationToken);
            _mayAdd.Release();
            Largest = Math.Max(Largest, items.Count);
            if (items.Any(item => item.Id == Refused))
                throw new IOException("disk full");
            await store.AddAsync(items, cancellationToken);
        }

        public ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken) =>
            store.ListAsync(query, cancellationToken);

        public ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
            string tenant,
            string userId,
            InboxPosition after,
            int limit,
            CancellationToken cancellationToken
        ) => store.ListChangesAsync(tenant, userId, after, limit, cancellationToken);

        public ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken) =>
            store.CountUnreadAsync(tenant, userId, limit, cancellationToken);

        public ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken) =>
            store.MarkAsync(change, cancellationToken);

        public ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken) =>
            store.RemoveAsync(removal, cancellationToken);
    }
}
