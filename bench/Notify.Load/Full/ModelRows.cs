using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Providers;

namespace Notify.Load.Full;

/// <summary>Fills a database with copies of rows that Notify itself wrote: sent, dead and waiting.</summary>
internal static class ModelRows
{
    private const string Dead = "dead@example.org";

    public static async Task FillAsync(IFilledDatabase database, StorePlan plan)
    {
        Guid notification;
        await using (var application = await Application.StartAsync(database.Use, new ModelVendor()))
        {
            using var settled = new SettledCounter();
            notification = (await application.Notifier.TriggerAsync(CreateTrigger("sent@example.org"))).Id;
            await application.Notifier.TriggerAsync(CreateTrigger(Dead));
            await application.Notifier.TriggerAsync(
                CreateTrigger("waiting@example.org") with
                {
                    SendAt = DateTimeOffset.UtcNow.AddDays(1),
                }
            );
            await settled.WaitAsync(2);
        }

        await database.MultiplyAsync(plan, notification);
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
