using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task Logs_of_a_run_with_every_kind_of_failure_hold_no_address_token_content_or_data()
    {
        using var log = new FakeLoggerProvider();
        var settlements = 0;
        var attempts = 0;
        Outcome Answer(Delivery delivery) =>
            Interlocked.Increment(ref attempts) switch
            {
                1 => throw new InvalidOperationException($"cannot send to {delivery.To.Value}"),
                2 => Outcome.ProviderFailed("outage", TimeSpan.Zero),
                3 => Outcome.Retry("busy", TimeSpan.Zero),
                _ when delivery.Channel == Channel.Push => Outcome.RecipientGone("unregistered"),
                _ => Outcome.Rejected("no"),
            };
        await using (
            var application = await TestApplication.StartAsync(
                builder =>
                    builder
                        .UseInMemory()
                        .Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
                        .Configure<RetryOptions>("email", retry => retry.Delay = TimeSpan.FromMilliseconds(10))
                        .Configure<RetryOptions>("push", retry => retry.Delay = TimeSpan.FromMilliseconds(10))
                        .Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                        {
                            Settling = _ =>
                                Interlocked.Increment(ref settlements) == 2
                                    ? Task.FromException(new InvalidOperationException("the database is away"))
                                    : Task.CompletedTask,
                        }),
                new ScriptedProvider("mail", Channel.Email, Answer),
                new ScriptedProvider("push", Channel.Push, Answer)
            )
        )
        {
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = "ada",
                    Addresses = new Dictionary<string, string> { ["email"] = "hidden-address@example.org" },
                }
            );
            await application.Directory.RegisterDeviceAsync(
                new Device
                {
                    Id = "d",
                    UserId = "ada",
                    Platform = Platform.Ios,
                    Token = "hidden-token",
                }
            );
            var trigger = new Trigger
            {
                To = Recipient.User("ada"),
                Content = new Content { Title = "hidden-title", Body = "hidden-body" },
                Data = new { secret = "hidden-data" },
            };
            await application.EndedDeliveriesAsync(await application.SendAsync(trigger));
            await Assert.ThrowsAsync<InvalidRequestException>(() =>
                application.SendAsync(trigger with { To = Recipient.Email("hidden address") })
            );
        }

        Assert.Contains(log.ReadLines(), line => line.Contains("threw InvalidOperationException", StringComparison.Ordinal));
        Assert.Contains(log.ReadLines(), line => line.Contains("could not be settled; trying again", StringComparison.Ordinal));
        Assert.Contains(log.ReadLines(), line => line.Contains("was pruned", StringComparison.Ordinal));
        Assert.DoesNotContain(log.ReadLines(), line => line.Contains("hidden", StringComparison.Ordinal));
    }
}
