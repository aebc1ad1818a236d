using System.Diagnostics;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>
/// One process triggers and others send. Where the hand-over time is five minutes, nothing that is sent within a test's patience
/// was sent because it fell due: a hint brought it.
/// </summary>
public sealed class SendingTests(SharedKafkaCluster shared) : IDisposable
{
    private readonly SharedMemory _store = new();
    private readonly Mail _mail = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_one_process_triggers_another_sends_once()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var sending = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, ByHint(prefix));
        await using var triggering = await Application.StartTriggeringAsync(_store, cluster.BootstrapServers, ByHint(prefix));

        var ids = await triggering.TriggerAsync(300);

        await _store.AcceptedAsync(ids);
        Assert.Equal(ids.Order(), _mail.Sent.Select(delivery => delivery.NotificationId).Order());
    }

    [Fact]
    public async Task A_message_names_a_delivery_and_its_trace_and_says_nothing_of_it()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var triggering = await Application.StartTriggeringAsync(_store, cluster.BootstrapServers, ByHint(prefix));
        await triggering.Directory.SaveUserAsync(
            new User
            {
                Id = "u-42",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        using var activity = new Activity("request").Start();

        await triggering.TriggerAsync(1, Priority.High, Recipient.User("u-42"));

        var topic = $"{prefix}deliveries-high";
        var message = Assert.Single(
            await Eventually.FindAsync(
                async () => await cluster.ReadAsync(topic) is { Count: > 0 } messages ? messages : null,
                "the message"
            )
        );
        Assert.Equal("u-42", message.Key);
        Assert.StartsWith($"00-{activity.TraceId}", message.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(25, message.Body.Length);
        Assert.DoesNotContain("Secret", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_that_is_due_later_is_left_to_the_store()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var sending = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, ByHint(prefix));
        var trigger = new Trigger
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Body = "Hello" },
            SendAt = DateTimeOffset.UtcNow.AddSeconds(2),
        };

        await _store.AcceptedAsync([(await sending.Notifier.TriggerAsync(trigger)).Id]);

        Assert.True(DateTimeOffset.UtcNow >= trigger.SendAt, "It was sent too early.");
    }

    [Fact]
    public async Task A_cluster_that_refuses_to_create_topics_does_not_keep_an_application_from_starting()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var sending = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, options =>
        {
            ByHint(prefix)(options);
            options.CreateTopics = true;
            // The brokers do not have these topics, and the mock ones cannot create them.
            options.TopicPrefix += "missing-";
            options.HandOverTime = TimeSpan.FromSeconds(1);
        });

        await _store.AcceptedAsync(await sending.TriggerAsync(5));
    }

    internal static Action<KafkaTransportOptions> ByHint(string prefix) =>
        options =>
        {
            options.TopicPrefix = prefix;
            options.HandOverTime = TimeSpan.FromMinutes(5);
        };
}
