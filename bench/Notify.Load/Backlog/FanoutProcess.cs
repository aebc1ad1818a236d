using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.Backlog;

/// <summary>The hidden command that broadcasts to a topic several times and reports the median broadcast.</summary>
internal static class FanoutProcess
{
    public const string Name = "fanout-process";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var path = arguments.RequiredText("database");
        var count = arguments.Int32("count", 0, min: 1);
        var runs = arguments.Int32("runs", 1, min: 1);
        _ = arguments.RequiredText("started");
        var isPersonal = arguments.Text("template") is not null;
        arguments.RefuseUnknown();

        await WarmUpAsync(path + ".warm-up", isPersonal);
        var vendor = new StampingVendor(Channel.Push);
        await using var application = await LocalApplication.StartAsync(path, vendor);
        var trigger = await CreateTriggerAsync(application, isPersonal);
        var broadcasts = new List<WorkedOff>();
        for (var i = 0; i < runs; i++)
            broadcasts.Add(await BroadcastAsync(application, vendor, trigger, count));
        var median = broadcasts.OrderBy(broadcast => broadcast.Seconds).ElementAt(runs / 2);
        (median with { RssMb = Math.Round(ResidentMemory.PeakBytes() / 1e6, 1) }).Print();
        return 0;
    }

    // Warms up on a separate database, so that for both sizes the code is compiled and no delivery is stored.
    private static async Task WarmUpAsync(string path, bool isPersonal)
    {
        const int Subscribers = 10_000;
        await Audience.MakeAsync(path, Subscribers, isPersonal);
        var vendor = new StampingVendor(Channel.Push);
        await using var application = await LocalApplication.StartAsync(path, vendor);
        var trigger = await CreateTriggerAsync(application, isPersonal);
        for (var i = 0; i < 3; i++)
            await BroadcastAsync(application, vendor, trigger, Subscribers);
    }

    // The same texts, once with the name of each recipient in them.
    private static async Task<Trigger> CreateTriggerAsync(Application application, bool isPersonal)
    {
        const string Title = "Now on sale";
        const string Body = "Until Sunday, everything for the garden.";
        var trigger = new Trigger { To = Recipient.Topic(Audience.Topic), Priority = Priority.Bulk };
        if (!isPersonal)
            return trigger with
            {
                Content = new Content { Title = Title, Body = Body },
            };

        const string Template = "sale";
        await application
            .Get<ITemplateCatalog>()
            .SaveAsync(
                new Template
                {
                    Name = Template,
                    Variants =
                    [
                        new TemplateVariant { Title = Title + ", {{ recipient.name }}", Body = Body + " {{ recipient.id }}" },
                    ],
                }
            );
        return trigger with { Template = Template };
    }

    private static async Task<WorkedOff> BroadcastAsync(
        Application application,
        StampingVendor vendor,
        Trigger trigger,
        int count
    )
    {
        vendor.Expect(count);
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        await application.Notifier.TriggerAsync(trigger);
        await vendor.WaitAsync(count);
        await application.SettleAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        var stamps = vendor.Stamps.ToArray();
        Array.Sort(stamps);
        return new WorkedOff(
            vendor.Accepted,
            seconds,
            FirstMs: Wait(stamps[0]),
            SteadyPerSecond: count / seconds,
            P50Ms: Wait(stamps[count / 2]),
            P99Ms: Wait(stamps[(int)(count * 0.99)]),
            allocated,
            RssMb: 0
        );

        double Wait(long stamp) => Stopwatch.GetElapsedTime(began, stamp).TotalMilliseconds;
    }
}
