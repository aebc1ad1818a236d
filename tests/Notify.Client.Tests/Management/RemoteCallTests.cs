using Microsoft.Extensions.DependencyInjection;

namespace Notify.Client.Tests.Management;

/// <summary>The calls of the management interfaces over a network that loses answers, and the calls that are refused.</summary>
public sealed class RemoteCallTests : IAsyncLifetime
{
    private const string Tenant = Trigger.DefaultTenant;

    private readonly LossyNetwork _network = new();
    private Service _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await Service.StartAsync();
        await _service.StartClientAsync(_network);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_call_without_a_second_effect_is_repeated()
    {
        _network.LoseAnswers = 1;
        await Get<IRecipients>().SubscribeAsync(Tenant, "news", ["ada"]);
        _network.LoseAnswers = 1;
        var count = await Get<IRecipients>().CountSubscribersAsync(Tenant, "news");

        Assert.Equal((1, 4), (count, _network.Calls));
    }

    [Fact]
    public async Task A_call_with_a_second_effect_is_not_repeated()
    {
        var template = new Template { Name = "t", Variants = [new TemplateVariant { Body = "b" }] };
        var draft = new ApiKeyDraft { Name = "shop", Scopes = ApiScope.Send };
        var user = new User { Id = "ada" };

        foreach (
            var call in (Func<Task>[])
                [
                    () => Get<IApiKeys>().CreateAsync(draft),
                    () => Get<ITemplateCatalog>().SaveAsync(template),
                    () => Get<IJobs>().ExportUsersAsync(Tenant),
                    () => Get<IRecipients>().SaveUserAsync(user, Precondition.DoesNotExist),
                ]
        )
        {
            _network.LoseAnswers = 1;
            await Assert.ThrowsAsync<HttpRequestException>(call);
        }

        Assert.Equal(4, _network.Calls);
        Assert.Single((await Get<IApiKeys>().ListAsync(Tenant)).Items);
        Assert.Equal(1, (await Get<ITemplateCatalog>().FindAsync(Tenant, "t"))!.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_a_url_cannot_contain_is_refused_before_the_call(string id)
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => Get<IRecipients>().RemoveUserAsync(Tenant, id));

        Assert.Equal("id", exception.Errors.Single().Field);
        Assert.Equal(0, _network.Calls);
    }

    [Fact]
    public async Task A_stream_of_events_that_breaks_off_continues_behind_the_last_event()
    {
        _network.EndStreams = 1;
        using var ended = new CancellationTokenSource();
        var watch = new EventWatch { Tenant = Tenant, Types = [NotifyEventTypes.NotificationAccepted] };
        await using var events = Get<IEventFeed>().WatchAsync(watch, ended.Token).GetAsyncEnumerator(ended.Token);
        Assert.True(await events.MoveNextAsync());
        Assert.Null(events.Current.Event);

        var result = await Get<INotifier>()
            .TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email("ada@example.org"),
                    Content = new Content { Body = "b" },
                }
            );
        Assert.True(await events.MoveNextAsync());

        Assert.Equal(result.Id, Assert.IsType<NotificationAcceptedData>(events.Current.Event?.Data).NotificationId);
        Assert.Equal(-1, _network.EndStreams);
        await ended.CancelAsync();
    }

    [Fact]
    public async Task An_import_ends_with_the_error_of_its_source()
    {
        var unreadable = new ImportLine<User> { Line = 2, Errors = [new FieldError("id", FieldErrorCodes.Required, "Missing.")] };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            Get<IJobs>().ImportUsersAsync(Tenant, CreateLines(unreadable))
        );
        await Assert.ThrowsAsync<InvalidDataException>(() => Get<IJobs>().ImportUsersAsync(Tenant, CreateLines(null)));

        Assert.Equal("lines[2].id", refused.Errors.Single().Field);
    }

    [Fact]
    public async Task Methods_that_a_service_does_not_offer_name_the_alternative()
    {
        var draft = new ApiKeyDraft { Name = "shop", Scopes = ApiScope.Send };

        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => Get<IApiKeys>().CreateFirstAsync(draft));

        Assert.Contains("CreateAsync", exception.Message, StringComparison.Ordinal);
    }

    private T Get<T>()
        where T : notnull => _service.Application.GetRequiredService<T>();

    private static async IAsyncEnumerable<ImportLine<User>> CreateLines(ImportLine<User>? last)
    {
        yield return new ImportLine<User>
        {
            Line = 1,
            Item = new User { Id = "ada" },
        };
        await Task.Yield();
        yield return last ?? throw new InvalidDataException();
    }
}
