using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>An application that is only asked when something is due, at any time that a test sets.</summary>
internal sealed class Timing : IAsyncDisposable
{
    public const string Template = "orders";

    private readonly ManualTime _time = new();
    private TestApplication _application = null!;
    private EnqueueRequest _last = null!;

    public static async Task<Timing> StartAsync()
    {
        var timing = new Timing();
        timing._application = await TestApplication.StartAsync(
            timing._time,
            builder =>
            {
                builder.UseInMemory();
                builder.Services.Configure<NotificationsOptions>(options => options.MaxScheduleAhead = TimeSpan.FromDays(1_000));
                builder.Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                {
                    Enqueueing = requests => timing._last = requests[0],
                });
            },
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );
        await timing._application.Templates.SaveAsync(
            new Template { Name = Template, Variants = [new TemplateVariant { Title = "Orders", Body = "Orders" }] }
        );
        return timing;
    }

    /// <summary>Sets what time it is; nothing happens by itself.</summary>
    public void SetNow(DateTimeOffset now) => _time.SetUtcNow(now);

    /// <summary>Saves a user in this zone, under the zone's name and these quiet hours.</summary>
    public async Task<Recipient> SaveAsync(string zone, QuietHours? quiet = null)
    {
        var user = new User
        {
            Id = $"{zone} {quiet}",
            TimeZone = zone,
            QuietHours = quiet,
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };
        await _application.Directory.SaveUserAsync(user);
        return Recipient.User(user.Id);
    }

    /// <summary>Triggers, and tells when each delivery is due.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> GetDueTimesAsync(Trigger trigger)
    {
        await _application.SendAsync(trigger);
        return [.. _last.Deliveries.Select(queued => queued.Delivery.DueAt)];
    }

    /// <summary>Triggers with a digest, and tells when it is due.</summary>
    public async Task<DateTimeOffset> GetDigestTimeAsync(Recipient recipient, string cron)
    {
        await _application.SendAsync(
            new Trigger
            {
                To = recipient,
                Template = Template,
                Digest = new Digest { Cron = cron },
            }
        );
        return Assert.Single(_last.Digests).DueAt;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
