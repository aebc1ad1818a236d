using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tenants share the slots of a provider that calls servers of recipients.</summary>
public sealed class TenantShareTests
{
    private readonly ConcurrentQueue<(Delivery Delivery, TaskCompletionSource<Outcome> Answer)> _inFlight = new();
    private readonly ScriptedProvider _hooks;

    public TenantShareTests() => _hooks = new ScriptedProvider("hooks", Channel.Webhook, (delivery, _) =>
        {
            var answer = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _inFlight.Enqueue((delivery, answer));
            return new ValueTask<Outcome>(answer.Task);
        });

    // The queue is not polled, so each answer must free the slot for the next delivery.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task A_tenant_that_is_alone_gets_everything_sent(int concurrency)
    {
        await using var application = await StartAsync(concurrency, TimeSpan.FromMinutes(1));
        await SendAsync(application, Priority.Normal, 60, "alone");

        await AnswerOneByOneAsync(60);

        Assert.Equal(60, _hooks.Sent.Select(delivery => delivery.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_tenant_holds_eight_slots_for_each_that_is_free()
    {
        await using var application = await StartAsync(concurrency: 100);

        // Normal priority may have 90 slots, of which one tenant leaves ten free, and two tenants six.
        await SendAsync(application, Priority.Normal, 300, "first");
        await Eventually.TrueAsync(() => _inFlight.Count == 80, "the first tenant to hold its share");
        await SendAsync(application, Priority.Normal, 300, "second");
        await Eventually.TrueAsync(() => Count("second") > 0, "the second tenant to be served");
        await SendAsync(application, Priority.Normal, 1, "third");
        await Eventually.TrueAsync(() => Count("third") == 1, "the third tenant to be served");

        Assert.Equal(80, Count("first"));
        Assert.InRange(Count("second"), 1, 9);
    }

    [Fact]
    public async Task Tenants_that_hang_in_every_lane_leave_slots_in_every_lane()
    {
        await using var application = await StartAsync(concurrency: 100);
        foreach (var lane in Enum.GetValues<Priority>())
            await SendAsync(application, lane, 300, "hanging");
        await Eventually.TrueAsync(() => Count("hanging") >= 60, "the hanging tenant to hold its share");

        foreach (var lane in Enum.GetValues<Priority>())
            await SendAsync(application, lane, 1, $"quick-{lane}");

        foreach (var lane in Enum.GetValues<Priority>())
            await Eventually.TrueAsync(() => Count($"quick-{lane}") == 1, $"the quick tenant with priority {lane}");
    }

    [Fact]
    public async Task Without_the_option_a_tenant_has_every_slot()
    {
        await using var application = await StartAsync(concurrency: 100, areShared: false);

        await SendAsync(application, Priority.High, 300, "alone");

        await Eventually.TrueAsync(() => _inFlight.Count == 100, "every slot to be in use");
    }

    private Task<TestApplication> StartAsync(int concurrency, TimeSpan? poll = null, bool areShared = true) =>
        TestApplication.StartAsync(
            builder =>
            {
                builder.Services.Configure<NotificationsOptions>(options =>
                {
                    options.DrainTimeout = TimeSpan.Zero;
                    options.PollInterval = poll ?? options.PollInterval;
                });
                builder.Services.Configure<ProviderOptions>("hooks", options =>
                    (options.MaxConcurrency, options.ShareSlotsAmongTenants) = (concurrency, areShared)
                );
            },
            _hooks
        );

    private int Count(string tenant) => _hooks.Sent.Count(delivery => delivery.Tenant == tenant);

    private static Task<Guid> SendAsync(TestApplication application, Priority priority, int count, string tenant)
    {
        RecipientList to = [.. Enumerable.Range(0, count).Select(i => Recipient.Webhook($"https://example.org/{i}"))];
        return application.SendAsync(TestApplication.Say(to) with { Priority = priority, Tenant = tenant });
    }

    private async Task AnswerOneByOneAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Eventually.TrueAsync(() => !_inFlight.IsEmpty, "the next attempt");
            Assert.True(_inFlight.TryDequeue(out var attempt));
            attempt.Answer.SetResult(Outcome.Sent());
        }
    }
}
