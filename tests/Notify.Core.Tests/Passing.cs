using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// Lets manual time pass for an application. Because nothing says when an engine has nothing left to do, each step ends with a
/// delivery that falls due and is sent: the lease that takes it takes everything else that is due.
/// </summary>
internal sealed class Passing(ManualTime time, TimeSpan? leaseDuration = null)
{
    private static readonly Channel Pulse = Channel.Create("pulse");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // An engine that the machine runs too late sees all of a jump at once. A lease of the default of 2 minutes that it takes
    // during the jump could be too short for the attempt, and would end only after the time that the test lets pass.
    private readonly TimeSpan _leaseDuration = leaseDuration ?? TimeSpan.FromDays(1);

    private readonly ScriptedProvider _pulse = new("pulse", Pulse, _ => Outcome.Sent());

    public void AddTo(INotificationsBuilder builder)
    {
        TestApplication.OnManualTime(builder, time);
        builder.Services.Configure<NotificationsOptions>(options => options.LeaseDuration = _leaseDuration);
        builder.Services.AddSingleton<IDeliveryProvider>(_pulse);
    }

    /// <summary>Lets this much time pass at once, and then two seconds or more in which everything due is taken.</summary>
    public async Task PassAsync(TestApplication application, TimeSpan span)
    {
        time.Advance(span);
        var pulse = TestApplication.Say(Recipient.Address(Pulse, "beat")) with { SendAt = time.GetUtcNow() + Second };
        var id = await application.SendAsync(pulse);
        // The engine polls once a second, so it polls at least once after the delivery has fallen due.
        time.Advance(2 * Second);
        await WaitUntilAsync(
            async () => (await application.DeliveryAsync(id)).State != DeliveryState.Pending,
            $"the delivery of {id} to end"
        );
    }

    /// <summary>Lets time pass as by <see cref="PassAsync"/>, one step after another, until the condition holds.</summary>
    public async Task PassUntilAsync(TestApplication application, TimeSpan step, Func<Task<bool>> condition, string what)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 1_000, $"Passed {i} times {step} for {what}.");
            await PassAsync(application, step);
        }
    }

    /// <summary>
    /// Waits until the condition holds. Manual time passes no faster than real time, so an engine that does not run for a while
    /// exceeds no time limit. An engine that read the clock too early polls again.
    /// </summary>
    public async Task WaitUntilAsync(Func<Task<bool>> condition, string what)
    {
        var advancedAt = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            async () =>
            {
                if (await condition())
                    return true;
                if (Stopwatch.GetElapsedTime(advancedAt) >= Second)
                {
                    time.Advance(Second);
                    advancedAt = Stopwatch.GetTimestamp();
                }

                return false;
            },
            what
        );
    }

    public Task WaitUntilAsync(Func<bool> condition, string what) => WaitUntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Lets time pass in steps until a notification's only delivery has ended.</summary>
    public async Task<DeliveryRecord> EndedDeliveryAsync(TestApplication application, Guid notificationId, TimeSpan step)
    {
        await UntilAsync(
            step,
            async () => (await application.DeliveryAsync(notificationId)).State != DeliveryState.Pending,
            $"the delivery of {notificationId} to end"
        );
        return await application.DeliveryAsync(notificationId);
    }

    /// <summary>Lets time pass in steps until the condition holds.</summary>
    public Task UntilAsync(TimeSpan step, Func<Task<bool>> condition, string what) =>
        Eventually.TrueAsync(
            async () =>
            {
                if (await condition())
                    return true;
                time.Advance(step);
                return false;
            },
            what
        );

    public Task UntilAsync(TimeSpan step, Func<bool> condition, string what) =>
        UntilAsync(step, () => Task.FromResult(condition()), what);
}
