using Notify.Client.Calls;

namespace Notify.Client.Keys;

/// <summary>The calls that keys and clients have in common.</summary>
internal sealed class RemoteKeyList(ServiceCalls service, string path)
{
    // A repeated call would create a second key.
    public Task<IssuedAnswer> CreateAsync(string tenant, KeyBody body, CancellationToken cancellationToken) =>
        service.CallAsync(
            ServiceRequest.Post(path, tenant).With(body, KeyJson.Default.KeyBody),
            KeyJson.Default.IssuedAnswer,
            cancellationToken
        );

    public Task<PageAnswer<KeyAnswer>> ListAsync(string tenant, PageRequest? page, CancellationToken cancellationToken) =>
        service.CallAsync(
            ServiceRequest.Get(CallPath.Create(path).With(page).ToString(), tenant),
            KeyJson.Default.PageAnswerKeyAnswer,
            cancellationToken
        );

    public async Task<KeyAnswer?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var request = ServiceRequest.Get(CallPath.Create(path).Add(id).ToString(), tenant);
        var found = await service.FindAsync(request, KeyJson.Default.KeyAnswer, cancellationToken).ConfigureAwait(false);
        return found?.Value;
    }

    // A repeated call would refuse the secret of the first answer, which the caller does not know, but also the one in use.
    public async Task<IssuedAnswer?> RotateAsync(string tenant, Guid id, TimeSpan? overlap, CancellationToken cancellationToken)
    {
        var request = ServiceRequest
            .Post(CallPath.Create(path).Add(id).Add("rotate").ToString(), tenant)
            .With(RotationBody.Create(overlap), KeyJson.Default.RotationBody);
        var found = await service.FindAsync(request, KeyJson.Default.IssuedAnswer, cancellationToken).ConfigureAwait(false);
        return found?.Value;
    }

    public async Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var request = ServiceRequest.Delete(CallPath.Create(path).Add(id).ToString(), tenant).Repeat();
        return await service.RemoveAsync(request, cancellationToken).ConfigureAwait(false) == ChangeStatus.Removed;
    }
}
