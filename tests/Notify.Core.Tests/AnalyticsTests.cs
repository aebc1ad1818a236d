using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of the figures that an application reads.</summary>
public sealed class AnalyticsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Everything_that_happens_to_notifications_is_counted()
    {
        await using var application = await StartAsync(
            new ScriptedProvider("mail", Channel.Email, delivery => ReadOutcome(delivery.To.Value)),
            new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent("1", new Cost(2))),
            new ScriptedProvider("apns", Channel.Push, _ => Outcome.RecipientGone("Unregistered"))
        );
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Ios,
                Token = "token-1",
            }
        );
        await application.Templates.SaveAsync(
            new Template { Name = "welcome", Variants = [new TemplateVariant { Title = "Hello", Body = "Ada" }] }
        );

        var sent = await SendAsync(application, Recipient.Email("sent@example.org"), category: "news", template: "welcome");
        await SendAsync(application, Recipient.Email("billed@example.org"));
        await SendAsync(application, Recipient.Email("rejected@example.org"), category: "news");
        await SendAsync(application, Recipient.Email("gone@example.org"));
        await SendAsync(application, Recipient.Email("retry@example.org"));
        await SendAsync(application, Recipient.Phone("+46701234567"));
        await SendAsync(application, Recipient.User("ada"));
        await ReceiveAsync(application, sent, ReceiptKind.Delivered, ReceiptKind.Opened, ReceiptKind.Opened);
        await ReceiveAsync(application, sent, ReceiptKind.Opened, ReceiptKind.Clicked, ReceiptKind.Create("postponed"));
        await WaitForCountsAsync(application, row => row.Clicked == 1);

        var total = Assert.Single(await QueryAsync(application, query => query));
        Assert.Equal(
            (7, 3, 1, 1, 1, 4, 2, 1),
            (total.Accepted, total.Sent, total.Delivered, total.Opened, total.Clicked, total.Failed, total.Retried, total.Pruned)
        );
        Assert.Equal(
            [("attemptsSpent", 1L), ("recipientGone", 2L), ("rejected", 1L)],
            total.FailedBy.OrderBy(by => by.Key).Select(by => (by.Key, by.Value))
        );
        // Two emails, of which one has the vendor's price, and one SMS that is billed as two.
        Assert.Equal(
            [("EUR", 0.001m + (2 * 0.075m)), ("USD", 0.25m)],
            total.Costs.OrderBy(cost => cost.Key).Select(cost => (cost.Key, cost.Value))
        );

        var channels = await QueryAsync(application, query => query with { GroupBy = AnalyticsDimensions.Channel });
        Assert.Equal(
            [(null, 7L, 0L), (Channel.Email, 0, 2), (Channel.Push, 0, 0), (Channel.Sms, 0, 1)],
            channels.Select(row => (row.Channel, row.Accepted, row.Sent))
        );
        var welcome = Assert.Single(
            await QueryAsync(application, query => query with { Template = "welcome", Category = "news" })
        );
        Assert.Equal((1, 1, 1), (welcome.Accepted, welcome.Sent, welcome.Opened));
        Assert.Empty(await QueryAsync(application, query => query with { Tenant = "other" }));
    }

    [Fact]
    public async Task What_a_workflow_sends_is_counted_with_its_name()
    {
        await using var application = await TestApplication.StartAsync(
            _time,
            builder =>
                builder.AddWorkflow(
                    new Workflow
                    {
                        Name = "shipped",
                        Template = "welcome",
                        Category = "orders",
                        Steps = [new WorkflowStep(Channel.Email)],
                    }
                ),
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );
        await application.Templates.SaveAsync(
            new Template { Name = "welcome", Variants = [new TemplateVariant { Title = "Hello", Body = "Ada" }] }
        );

        await application.EndedDeliveryAsync(
            await application.SendAsync(new Trigger { To = Recipient.Email("a@example.org"), Workflow = "shipped" })
        );
        await WaitForCountsAsync(application, row => row.Sent == 1);

        var row = Assert.Single(
            await QueryAsync(application, query => query with { GroupBy = (AnalyticsDimensions)28, Workflow = "shipped" })
        );
        Assert.Equal(("welcome", "shipped", "orders", 1, 1), (row.Template, row.Workflow, row.Category, row.Accepted, row.Sent));
    }

    [Fact]
    public async Task The_figures_agree_with_the_metrics()
    {
        var metrics = new Dictionary<(string Channel, string State), long>();
        var accepted = 0L;
        using var listener = new MeterListener();
        // Other tests run at the same time and count with the same instruments; only this one has these channels.
        var (fax, pager) = (Channel.Create("analytics-fax"), Channel.Create("analytics-pager"));
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == NotifyTelemetry.Name && instrument.Name == "notify.deliveries.settled")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, count, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
                if (!named["channel"].StartsWith("analytics-", StringComparison.Ordinal))
                    return;
                lock (metrics)
                {
                    var key = (named["channel"], named["state"]);
                    metrics[key] = metrics.GetValueOrDefault(key) + count;
                }
            }
        );
        listener.Start();
        var random = new Random(7);
        await using var application = await StartAsync(
            new ScriptedProvider("fax", fax, _ => Choose()),
            new ScriptedProvider("pager", pager, _ => Choose())
        );

        for (var i = 0; i < 60; i++, accepted++)
            await SendAsync(application, Recipient.Address(i % 3 == 0 ? fax : pager, $"{i}"));
        await WaitForCountsAsync(application, row => row.Sent + row.Failed == 60);

        var rows = await QueryAsync(application, query => query with { GroupBy = AnalyticsDimensions.Channel });
        Assert.Equal(accepted, rows.Sum(row => row.Accepted));
        foreach (var row in rows.Where(row => row.Channel is not null))
        {
            var channel = row.Channel!.Value.Name;
            Assert.Equal(metrics.GetValueOrDefault((channel, "sent")), row.Sent);
            Assert.Equal(metrics.GetValueOrDefault((channel, "dead_letter")), row.Failed);
            Assert.Equal(metrics.GetValueOrDefault((channel, "pending")), row.Retried + row.Postponed);
            Assert.NotEqual(0, row.Retried);
        }

        Outcome Choose()
        {
            lock (random)
                return random.Next(3) switch
                {
                    0 => Outcome.Retry("busy"),
                    1 => Outcome.Rejected("no"),
                    _ => Outcome.Sent(),
                };
        }
    }

    [Fact]
    public async Task Names_beyond_the_limit_are_counted_together()
    {
        await using var application = await StartAsync(
            options => options.MaxCountedNames = 3,
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

        for (var i = 0; i < 10; i++)
            await SendAsync(application, Recipient.Email("a@example.org"), category: $"c{i}");
        await SendAsync(application, Recipient.Email("a@example.org"), category: "c1");
        await WaitForCountsAsync(application, row => row.Sent == 11);

        var rows = await QueryAsync(application, query => query with { GroupBy = AnalyticsDimensions.Category });
        Assert.Equal([("c0", 1L), ("c1", 2L), ("c2", 1L), ("other", 7L)], rows.Select(row => (row.Category!, row.Sent)));
    }

    [Fact]
    public async Task Counts_become_coarser_with_age_and_none_is_lost()
    {
        var start = _time.GetUtcNow();
        await using var application = await StartAsync(new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent()));
        await SendAsync(application, Recipient.Email("a@example.org"));
        _time.Jump(TimeSpan.FromMinutes(90));
        await SendAsync(application, Recipient.Email("a@example.org"));
        await WaitForCountsAsync(application, row => row.Sent == 2);

        Assert.Equal([AnalyticsResolution.Minute], await PassAsync(TimeSpan.FromDays(7), AnalyticsResolution.Minute));
        Assert.Equal([AnalyticsResolution.Hour], await PassAsync(TimeSpan.FromDays(2), AnalyticsResolution.Hour));
        var hours = await application.Get<IAnalytics>().QueryAsync(Query(AnalyticsResolution.Hour));
        Assert.Equal(2, hours.Rows.Count);
        Assert.Equal([AnalyticsResolution.Day], await PassAsync(TimeSpan.FromDays(90), AnalyticsResolution.Day));

        var totals = await application.Get<IAnalytics>().QueryAsync(Query(AnalyticsResolution.Total));
        Assert.Equal(2, totals.Rows.Sum(row => row.Sent));
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Get<IAnalytics>().QueryAsync(Query(AnalyticsResolution.Hour))
        );
        Assert.Equal(("resolution", FieldErrorCodes.OutOfRange), (error.Errors[0].Field, error.Errors[0].Code));

        AnalyticsQuery Query(AnalyticsResolution resolution) =>
            new()
            {
                Tenant = Trigger.DefaultTenant,
                From = start,
                To = start.AddDays(1),
                Resolution = resolution,
            };

        // A count that was moved to an hour or a day begins with it.
        async Task<IEnumerable<AnalyticsResolution>> PassAsync(TimeSpan time, AnalyticsResolution resolution)
        {
            _time.Jump(time);
            var filter = new AnalyticsFilter
            {
                Tenant = Trigger.DefaultTenant,
                From = DateTimeOffset.MinValue,
                To = DateTimeOffset.MaxValue,
                Resolution = AnalyticsResolution.Minute,
                Measures = [AnalyticsMeasure.Sent],
            };
            IReadOnlyList<AnalyticsCount> sums = [];
            await Eventually.TrueAsync(
                async () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(20));
                    sums = await application.Get<IAnalyticsStore>().SumAsync(filter, CancellationToken.None);
                    return sums.All(sum => resolution == AnalyticsResolution.Minute || resolution.GetStart(sum.Time) == sum.Time);
                },
                $"counts per {resolution}"
            );
            Assert.Equal(2, sums.Sum(sum => sum.Value));
            return [resolution];
        }
    }

    [Fact]
    public async Task Invalid_queries_are_refused_with_their_fields()
    {
        await using var application = await StartAsync(new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent()));
        var now = _time.GetUtcNow();
        var valid = new AnalyticsQuery { Tenant = Trigger.DefaultTenant };
        (AnalyticsQuery Query, string Field)[] cases =
        [
            (valid with { Tenant = "" }, "tenant"),
            (valid with { From = now, To = now }, "from"),
            (valid with { From = now.AddHours(1) }, "from"),
            (valid with { From = now.AddDays(-421), To = now }, "from"),
            (valid with { From = now.AddDays(-9), To = now.AddDays(-8), Resolution = AnalyticsResolution.Minute }, "resolution"),
            (valid with { From = now.AddDays(-91), To = now.AddDays(-90) }, "resolution"),
            (valid with { Resolution = (AnalyticsResolution)9 }, "resolution"),
            (valid with { GroupBy = (AnalyticsDimensions)64 }, "groupBy"),
            (valid with { Category = "a\0" }, "category"),
            (valid with { Template = "\uD800" }, "template"),
        ];

        foreach (var (query, field) in cases)
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Get<IAnalytics>().QueryAsync(query));
            Assert.Equal([field], error.Errors.Select(one => one.Field));
            Assert.Equal([field], application.Get<IAnalytics>().Validate(query).Select(one => one.Field));
        }

        AnalyticsQuery[] extremes =
        [
            valid with
            {
                From = DateTimeOffset.MinValue,
                Resolution = AnalyticsResolution.Total,
            },
            valid with
            {
                From = now,
                To = DateTimeOffset.MaxValue,
                Resolution = AnalyticsResolution.Total,
            },
            valid with
            {
                To = now.AddDays(-80),
                Resolution = AnalyticsResolution.Hour,
            },
            valid with
            {
                From = now.AddDays(-365 * 20),
                Resolution = AnalyticsResolution.Day,
            },
        ];
        foreach (var query in extremes)
            Assert.Empty((await application.Get<IAnalytics>().QueryAsync(query)).Rows);
    }

    private static Outcome ReadOutcome(string address) =>
        address.Split('@')[0] switch
        {
            "rejected" => Outcome.Rejected("no"),
            "gone" => Outcome.RecipientGone("gone"),
            "retry" => Outcome.Retry("busy"),
            "billed" => Outcome.Sent("1", new Cost(1, 0.25m, "USD")),
            _ => Outcome.Sent(),
        };

    private Task<TestApplication> StartAsync(params IDeliveryProvider[] providers) => StartAsync(_ => { }, providers);

    private Task<TestApplication> StartAsync(Action<NotificationsOptions> configure, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            _time,
            builder =>
            {
                builder.Services.Configure(configure);
                builder.Services.ConfigureAll<RetryOptions>(options => options.MaxAttempts = 3);
                builder.Services.Configure<ProviderOptions>("mail", options =>
                    (options.Price, options.Currency) = (0.001m, "EUR")
                );
                builder.Services.Configure<ProviderOptions>("sms", options =>
                    (options.Price, options.Currency) = (0.075m, "EUR")
                );
            },
            providers
        );

    private async Task<DeliveryRecord> SendAsync(
        TestApplication application,
        Recipient to,
        string? category = null,
        string? template = null
    )
    {
        var trigger = new Trigger
        {
            To = to,
            Content = template is null ? new Content { Title = "Hello", Body = "Ada" } : null,
            Template = template,
            Category = category,
        };
        var id = await application.SendAsync(trigger);
        IReadOnlyList<DeliveryRecord> ended = [];
        await Eventually.TrueAsync(
            async () =>
            {
                ended = await application.DeliveriesAsync(id);
                if (ended.All(delivery => delivery.State != DeliveryState.Pending))
                    return true;
                _time.Advance(TimeSpan.FromMinutes(1));
                return false;
            },
            "the end of a delivery"
        );
        return Assert.Single(ended);
    }

    private async Task ReceiveAsync(TestApplication application, DeliveryRecord sent, params ReceiptKind[] kinds) =>
        await application
            .Get<IReceipts>()
            .RecordAsync(
                new CallbackReceipts
                {
                    Tenant = Trigger.DefaultTenant,
                    Receipts =
                    [
                        .. kinds.Select(kind => new Receipt
                        {
                            DeliveryId = sent.Delivery.Id,
                            Kind = kind,
                            At = _time.GetUtcNow(),
                        }),
                    ],
                }
            );

    private async Task WaitForCountsAsync(TestApplication application, Func<AnalyticsRow, bool> isCounted) =>
        await Eventually.TrueAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return (await QueryAsync(application, query => query)) is [var row] && isCounted(row);
            },
            "the counts"
        );

    private static async Task<IReadOnlyList<AnalyticsRow>> QueryAsync(
        TestApplication application,
        Func<AnalyticsQuery, AnalyticsQuery> change
    )
    {
        var query = new AnalyticsQuery { Tenant = Trigger.DefaultTenant, Resolution = AnalyticsResolution.Total };
        return (await application.Get<IAnalytics>().QueryAsync(change(query))).Rows;
    }
}
