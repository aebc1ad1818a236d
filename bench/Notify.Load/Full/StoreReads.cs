using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Storage;

namespace Notify.Load.Full;

/// <summary>
/// The reads and the lease that are measured in a filled store, one after the other, by an application that sends nothing.
/// </summary>
internal static class StoreReads
{
    /// <summary>The number of deliveries that one call leases.</summary>
    private const int Leased = 10;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Gets each read by its name.</summary>
    public static IReadOnlyList<(string Name, Func<Application, StorePlan, int, Task<Turn>> RunAsync)> All { get; } =
    [("timeline", TimelineAsync), ("list with filter", ListAsync), ("dead letters", DeadLettersAsync), ("lease", LeaseAsync)];

    public static async Task<Application> StartAsync(IFilledDatabase database) =>
        await Application.StartAsync(builder =>
        {
            database.Use(builder);
            builder.Services.Configure<NotificationsOptions>(options => options.Workers = Workers.None);
        });

    private static Task<Turn> TimelineAsync(Application application, StorePlan plan, int calls)
    {
        var queries = application.Get<INotificationQueries>();
        return Callers.MeasureAsync(calls, callers: 1, async _ =>
        {
            var id = plan.GetNotificationId(Random.Shared.Next(1, plan.Count + 1));
            if (await queries.FindAsync(Trigger.DefaultTenant, id) is null)
                throw new InvalidOperationException($"Notification {id} was not found.");
        });
    }

    private static Task<Turn> ListAsync(Application application, StorePlan plan, int calls)
    {
        var queries = application.Get<INotificationQueries>();
        return Callers.MeasureAsync(calls, callers: 1, async _ =>
        {
            var from = plan.GetAcceptedAt(Random.Shared.Next(1, plan.Ended + 1));
            var page = await queries.ListAsync(
                new NotificationQuery
                {
                    Tenant = Trigger.DefaultTenant,
                    From = from,
                    To = from + Window,
                }
            );
            if (page.Items.Count == 0)
                throw new InvalidOperationException("The list is empty.");
        });
    }

    /// <summary>
    /// Each call lists the newest dead letters of a period of half of the time that begins at random, so that the page is
    /// somewhere else each time, and 50,000 of 100,000 match.
    /// </summary>
    private static Task<Turn> DeadLettersAsync(Application application, StorePlan plan, int calls)
    {
        var queries = application.Get<INotificationQueries>();
        var length = (plan.GetAcceptedAt(plan.Ended) - plan.FirstEnded) / 2;
        return Callers.MeasureAsync(calls, callers: 1, async _ =>
        {
            var from = plan.GetAcceptedAt(Random.Shared.Next(1, plan.Ended / 2));
            var filter = new DeadLetterFilter
            {
                Tenant = Trigger.DefaultTenant,
                From = from,
                To = from + length,
            };
            if ((await queries.ListDeadLettersAsync(filter)).Items.Count == 0)
                throw new InvalidOperationException("There are no dead letters.");
        });
    }

    private static async Task<Turn> LeaseAsync(Application application, StorePlan plan, int calls)
    {
        for (var i = 0; i < calls * Leased; i += Leased)
            await application.TriggerAtOnceAsync(Leased);
        var queue = application.Get<IDeliveryQueue>();
        return await Callers.MeasureAsync(calls, callers: 1, async _ =>
        {
            var now = DateTimeOffset.UtcNow;
            var request = new LeaseRequest
            {
                Owner = "bench/1/1",
                Now = now,
                Until = now.AddDays(1),
                Slots = [new LeaseSlots(Priority.Normal, "vendor", Leased)],
            };
            if ((await queue.LeaseAsync(request, CancellationToken.None)).Count == 0)
                throw new InvalidOperationException("Nothing was leased.");
        });
    }
}
