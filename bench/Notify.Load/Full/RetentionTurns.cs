using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Storage;

namespace Notify.Load.Full;

/// <summary>
/// Sends while the application's own worker purges. All ended notifications are older than the retention, and there are more than
/// a turn can purge, so the worker purges for the whole turn, at the pace that it has in production. It is the worst case:
/// usually the worker purges what a minute has made old, and then waits for the next minute.
/// </summary>
internal sealed class RetentionTurns(IFilledDatabase database, StorePlan plan)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(2);

    /// <summary>Gets the number of notifications that were purged while others were sent.</summary>
    public int Purged { get; private set; }

    /// <summary>Gets the number of notifications that were sent meanwhile.</summary>
    public int Sent { get; private set; }

    /// <summary>Sends while nothing is purged.</summary>
    public async Task<Turn> SendAsync(int count, int callers)
    {
        await using var application = await StartAsync(retention: null);
        return await application.SendBesideOthersAsync(count, callers);
    }

    /// <summary>Sends while the worker purges.</summary>
    public async Task<Turn> SendAndPurgeAsync(int count, int callers)
    {
        await using var application = await StartAsync(plan.Now - plan.GetAcceptedAt(plan.Ended + 1));
        var notifications = application.Get<INotificationStore>();
        var first = await FindFirstAsync(notifications);
        while (await ExistsAsync(notifications, first))
            await Task.Delay(Poll);

        var before = await FindFirstAsync(notifications);
        var turn = await application.SendBesideOthersAsync(count, callers);
        var after = await FindFirstAsync(notifications);
        if (after > plan.Ended)
            throw new InvalidOperationException($"The worker had nothing left to purge. Raise --ended above {plan.Ended}.");

        Purged += after - before;
        Sent += count;
        return turn;
    }

    // Both kinds of turns begin when the application's workers have started.
    private async Task<Application> StartAsync(TimeSpan? retention)
    {
        var application = await Application.StartAsync(builder =>
        {
            database.Use(builder);
            builder.Services.Configure<NotificationsOptions>(options => options.Retention = retention);
            builder.Services.AddSingleton<TimeProvider>(new ShortMinute());
        });
        await Task.Delay(Start);
        return application;
    }

    /// <summary>Finds the first notification that was not purged: they are purged in the order of their numbers.</summary>
    private async Task<int> FindFirstAsync(INotificationStore notifications)
    {
        var (purged, kept) = (0, plan.Ended + 1);
        while (purged + 1 < kept)
        {
            var middle = purged + ((kept - purged) / 2);
            if (await ExistsAsync(notifications, middle))
                kept = middle;
            else
                purged = middle;
        }

        return kept;
    }

    private async Task<bool> ExistsAsync(INotificationStore notifications, int number) =>
        await notifications.FindAsync(Trigger.DefaultTenant, plan.GetNotificationId(number), CancellationToken.None) is not null;

    /// <summary>The system's clock. A worker that works once a minute begins after a second.</summary>
    private sealed class ShortMinute : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(1) : dueTime, period);
    }
}
