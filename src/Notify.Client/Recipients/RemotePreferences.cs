using Notify.Client.Calls;

namespace Notify.Client.Recipients;

/// <summary>The preferences of users.</summary>
internal sealed class RemotePreferences(ServiceCalls service)
{
    public async Task<Versioned<IReadOnlyList<Preference>>> FindAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken
    )
    {
        var request = ServiceRequest.Get(GetPath(userId), tenant);
        var found = await service
            .FindAsync(request, RecipientJson.Default.PreferencesAnswer, cancellationToken)
            .ConfigureAwait(false);
        return new Versioned<IReadOnlyList<Preference>> { Value = found?.Value.Items ?? [], Version = found?.Version ?? "" };
    }

    public async Task<ChangeResult<IReadOnlyList<Preference>>> ChangeAsync(
        string tenant,
        string userId,
        PreferencesBody body,
        Precondition precondition,
        CancellationToken cancellationToken
    )
    {
        var request = ServiceRequest
            .Patch(GetPath(userId), tenant)
            .With(body, RecipientJson.Default.PreferencesBody)
            .With(precondition);
        var answer = await service
            .ChangeAsync(request, RecipientJson.Default.PreferencesAnswer, ChangeStatus.Changed, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateResult(answer.Value?.Items, answer.Value?.Warnings);
    }

    private static string GetPath(string userId) =>
        CallPath.Create(RemoteUsers.Path).Add("userId", userId).Add("preferences").ToString();
}
