using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

/// <summary>
/// The receivers of one tenant take nothing from those of another. With default options, except that an attempt may take as long
/// as it needs on a busy machine.
/// </summary>
public sealed class SlowReceiverTests
{
    private const int Many = 600;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Receivers_that_hang_do_not_delay_another_tenants_messages(int slowTenants)
    {
        var hanging = new TaskCompletionSource();
        await using var slow = await Endpoint.StartAsync(_ => hanging.Task);
        await using var quick = await Endpoint.StartAsync(200);
        await using var application = await StartAsync();
        try
        {
            var stuck = new List<(Guid Id, string Tenant)>();
            for (var i = 0; i < Many; i++)
            {
                var tenant = $"slow-{i % slowTenants}";
                stuck.Add((await application.TriggerAsync(Recipient.Webhook(slow.Url), null, tenant), tenant));
            }

            await Eventually.TrueAsync(() => slow.Requests.Count >= 100, "the slow receivers to hold what they can");
            for (var i = 0; i < 20; i++)
                Assert.Equal(DeliveryState.Sent, (await application.SendAsync(quick.Url, tenant: "quick")).State);

            // All of them are still in flight or have not begun, so no slot of the slow tenants was freed.
            foreach (var (id, tenant) in stuck)
                Assert.Empty((await application.DeliveriesAsync(id, tenant))[0].Attempts);
            Assert.Equal(20, quick.Requests.Count);
        }
        finally
        {
            hanging.SetResult();
        }

        await Eventually.TrueAsync(() => slow.Requests.Count == Many, "the slow receivers to get everything in the end");
    }

    [Fact]
    public async Task A_tenant_that_is_alone_has_nearly_all_slots()
    {
        var hanging = new TaskCompletionSource();
        await using var slow = await Endpoint.StartAsync(_ => hanging.Task);
        await using var application = await StartAsync();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => application.TriggerAsync(Recipient.Webhook(slow.Url))));

            // Of 256 slots normal priority may have 230, and one of nine of those stays free.
            await Eventually.TrueAsync(() => slow.Requests.Count >= 204, "eight of nine slots to be in use");
            Assert.InRange(slow.Requests.Count, 204, 205);
        }
        finally
        {
            hanging.SetResult();
        }

        await Eventually.TrueAsync(() => slow.Requests.Count == Many, "everything to be sent in the end");
    }

    private static Task<WebhookApplication> StartAsync() =>
        WebhookApplication.StartAsync(configureServices: services =>
            services.Configure<NotificationsOptions>(options =>
            {
                options.AttemptTimeout = TimeSpan.FromMinutes(5);
                options.LeaseDuration = TimeSpan.FromMinutes(10);
            })
        );
}
