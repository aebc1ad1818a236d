using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>One trace from whoever triggers to the vendor, over processes and retries.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task An_attempt_belongs_to_the_trace_of_its_trigger_in_another_process_too()
    {
        var attempts = new List<Activity>();
        using var listener = Listen(attempts);
        using var source = new ActivitySource("TraceTests");
        await using var api = await StartAsync(Workers.None);
        await using var sender = await StartAsync(Workers.Delivery, api);

        Guid id;
        ActivityTraceId trace;
        using (var request = source.StartActivity("POST /v1/notifications")!)
        {
            trace = request.TraceId;
            id = await api.SendAsync(Recipient.Email("ada@example.org"));
        }

        var delivery = await api.EndedDeliveryAsync(id);
        lock (attempts)
        {
            var attempt = Assert.Single(attempts, attempt =>
                delivery.Delivery.Id.Equals(attempt.GetTagItem("notify.delivery.id"))
            );
            Assert.Equal(trace, attempt.TraceId);
        }
    }

    private static Task<TestApplication> StartAsync(Workers workers, TestApplication? store = null) =>
        TestApplication.StartAsync(
            builder =>
            {
                builder.Services.Configure<NotificationsOptions>(options => options.Workers = workers);
                if (store is not null)
                    builder.ShareStoreWith(store.Services);
            },
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

    private static ActivityListener Listen(List<Activity> attempts)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is NotifyTelemetry.Name or "TraceTests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName != "notify.attempt")
                    return;
                lock (attempts)
                    attempts.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
