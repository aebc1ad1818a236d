using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Client.Tests;

/// <summary>The client over networks that lose answers, and with settings that are wrong.</summary>
public sealed class NetworkTests
{
    [Fact]
    public async Task A_call_whose_answer_was_lost_is_repeated_and_is_one_notification()
    {
        await using var service = await Service.StartAsync();
        var network = new LossyNetwork { LoseAnswers = 2 };
        var notifier = await service.StartClientAsync(network);

        var result = await notifier.TriggerAsync(Create("first"));

        Assert.Equal(3, network.Calls);
        Assert.False(result.IsDuplicate);
        Assert.Equal(1, await CountAsync(service));
    }

    [Fact]
    public async Task Lines_without_a_result_are_sent_again()
    {
        await using var service = await Service.StartAsync();
        var network = new LossyNetwork { CutAnswers = 1 };
        var notifier = await service.StartClientAsync(network);

        var outcomes = await notifier.TriggerManyAsync([.. Enumerable.Range(0, 100).Select(i => Create($"r{i}"))]);

        Assert.Equal(2, network.Calls);
        Assert.Equal(100, outcomes.Select(outcome => outcome.Result!.Value.Id).Distinct().Count());
        Assert.DoesNotContain(outcomes, outcome => outcome.Result!.Value.IsDuplicate);
        Assert.Equal(100, await CountAsync(service));
    }

    [Fact]
    public async Task A_wrong_key_is_reported_with_its_status_and_code()
    {
        await using var service = await Service.StartAsync();
        var notifier = await service.StartClientAsync(key: "another-key");

        var exception = await Assert.ThrowsAsync<NotifyServiceException>(() => notifier.TriggerAsync(Create("r")));
        var outcomes = await notifier.TriggerManyAsync([Create("r")]);

        Assert.Equal((401, ProblemCodes.Unauthorized), (exception.Status, exception.Code));
        Assert.DoesNotContain("another-key", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(401, Assert.IsType<NotifyServiceException>(outcomes.Single().Error).Status);
    }

    [Fact]
    public async Task The_tenant_of_a_trigger_is_that_of_the_notification()
    {
        await using var service = await Service.StartAsync();
        var notifier = await service.StartClientAsync();

        var result = await notifier.TriggerAsync(Create("r") with { Tenant = "acme" });
        var outcomes = await notifier.TriggerManyAsync([Create("a"), Create("b") with { Tenant = "acme" }, Create("c")]);

        var store = service.Embedded.GetRequiredService<INotificationStore>();
        Assert.NotNull(await store.FindAsync("acme", result.Id, CancellationToken.None));
        Assert.NotNull(await store.FindAsync("acme", outcomes[1].Result!.Value.Id, CancellationToken.None));
        Assert.NotNull(await store.FindAsync(Trigger.DefaultTenant, outcomes[2].Result!.Value.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_service_cannot_take_part_in_a_transaction()
    {
        await using var service = await Service.StartAsync();
        var notifier = await service.StartClientAsync();

        await Assert.ThrowsAsync<NotSupportedException>(() => notifier.TriggerAsync(Create("r"), null!, CancellationToken.None));
    }

    [Theory]
    [InlineData("notify.example.org", "key")]
    [InlineData("ftp://notify.example.org", "key")]
    [InlineData("https://notify.example.org/?key=1", "key")]
    [InlineData("https://notify.example.org", "")]
    [InlineData("https://notify.example.org", "a key")]
    public async Task Invalid_settings_fail_the_start(string address, string key)
    {
        await using var service = await Service.StartAsync();

        await Assert.ThrowsAsync<OptionsValidationException>(() =>
            service.StartClientAsync(services => services.AddNotifyClient(address, key))
        );
    }

    [Fact]
    public void An_application_either_embeds_Notify_or_calls_a_service()
    {
        var services = new ServiceCollection();
        services.AddNotifications();

        Assert.Throws<InvalidOperationException>(() => services.AddNotifyClient("https://notify.example.org", "key"));
    }

    [Fact]
    public void Registering_the_client_twice_changes_nothing()
    {
        var services = new ServiceCollection();
        services.AddNotifyClient("https://notify.example.org", "key");
        services.AddNotifyClient("https://notify.example.org", "key");

        Assert.Single(services, service => service.ServiceType == typeof(INotifier));
    }

    private static Trigger Create(string reference) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Body = "b" },
            Reference = reference,
        };

    private static async Task<int> CountAsync(Service service)
    {
        var queries = service.Embedded.GetRequiredService<INotificationQueries>();
        var page = await queries.ListAsync(
            new NotificationQuery { Tenant = Trigger.DefaultTenant },
            new PageRequest { Limit = 200 }
        );
        return page.Items.Count;
    }
}
