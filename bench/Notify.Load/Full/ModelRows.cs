using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Providers;

namespace Notify.Load.Full;

/// <summary>Fills a database with copies of rows that Notify itself wrote: sent, dead and waiting.</summary>
internal static class ModelRows
{
    private const string Dead = "dead@example.org";

    /// <summary>Stores are filled at the same time, but what is settled is counted for the whole process.</summary>
    private static readonly SemaphoreSlim Counted = new(1, 1);

    public static async Task FillAsync(IFilledDatabase database, StorePlan plan)
    {
        Guid notification;
        await Counted.WaitAsync();
        try
        {
            notification = await SendAsync(database);
        }
        finally
        {
            Counted.Release();
        }

        await database.MultiplyAsync(plan, notification);
    }

    /// <summary>Sends one notification, lets one fail, and leaves one waiting. Returns the id of the sent one.</summary>
    private static async Task<Guid> SendAsync(IFilledDatabase database)
    {
        await using var application = await Application.StartAsync(database.Use, new ModelVendor());
        using var settled = new SettledCounter();
        var sent = await application.Notifier.TriggerAsync(CreateTrigger("sent@example.org"));
        await application.Notifier.TriggerAsync(CreateTrigger(Dead));
        await application.Notifier.TriggerAsync(
            CreateTrigger("waiting@example.org") with
            {
                SendAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );
        await settled.WaitAsync(2);
        return sent.Id;
    }

    private static Trigger CreateTrigger(string address) =>
        new()
        {
            To = Recipient.Email(address),
            Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
        };

    private sealed class ModelVendor : IDeliveryProvider
    {
        public string Name => "vendor";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            new(delivery.To.Value == Dead ? Outcome.Rejected("The address is not valid.") : Outcome.Sent());
    }
}
