using Notify.Client.Calls;

namespace Notify.Client.Recipients;

/// <summary>The topics and their subscribers.</summary>
internal sealed class RemoteTopics(ServiceCalls service)
{
    private const string Path = "v1/topics";

    public Task SubscribeAsync(string tenant, string topic, IReadOnlyList<string> userIds, CancellationToken cancellationToken) =>
        ChangeAsync(GetPath(topic), tenant, userIds, cancellationToken);

    public Task UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => ChangeAsync(GetPath(topic).Add("remove"), tenant, userIds, cancellationToken);

    public async Task<Page<string>> ListSubscribersAsync(
        string tenant,
        string topic,
        PageRequest page,
        CancellationToken cancellationToken
    )
    {
        var answer = await ReadAsync(tenant, topic, page, cancellationToken).ConfigureAwait(false);
        return answer.CreatePage(subscriber => subscriber.User);
    }

    public async Task<long> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(tenant, topic, new PageRequest { Limit = 1 }, cancellationToken).ConfigureAwait(false);
        return answer.Count ?? 0;
    }

    public async Task<Page<string>> ListAsync(string tenant, PageRequest page, CancellationToken cancellationToken)
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, RecipientJson.Default.PageAnswerTopicAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage(topic => topic.Name);
    }

    private Task<PageAnswer<SubscriberAnswer>> ReadAsync(
        string tenant,
        string topic,
        PageRequest page,
        CancellationToken cancellationToken
    ) =>
        service.CallAsync(
            ServiceRequest.Get(GetPath(topic).With(page).ToString(), tenant),
            RecipientJson.Default.PageAnswerSubscriberAnswer,
            cancellationToken
        );

    private async Task ChangeAsync(
        CallPath path,
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        var request = ServiceRequest
            .Post(path.ToString(), tenant)
            .With(new SubscribersBody(userIds), RecipientJson.Default.SubscribersBody)
            .WithKey(service.CreateKey());
        try
        {
            await service.CallAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidRequestException exception)
        {
            throw new InvalidRequestException([.. exception.Errors.Select(RenameField)]);
        }
    }

    // The body names the list users, and the method userIds.
    private static FieldError RenameField(FieldError error) =>
        error.Field.StartsWith("users", StringComparison.Ordinal)
            ? error with
            {
                Field = $"userIds{error.Field["users".Length..]}",
            }
            : error;

    private static CallPath GetPath(string topic) => CallPath.Create(Path).Add("topic", topic).Add("subscribers");
}
