using System.Runtime.CompilerServices;
using System.Text.Json;
using Notify.Client.Calls;

namespace Notify.Client.Jobs;

/// <summary>The jobs of a service. None is started twice by a repeated call.</summary>
internal sealed class RemoteJobs(ServiceCalls service) : IJobs
{
    private const string Path = "v1/jobs";
    private const int BufferLength = 65_536;

    public Task<Job> ImportUsersAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<User>> lines,
        CancellationToken cancellationToken = default
    ) =>
        ImportAsync(
            "import-users",
            tenant,
            lines,
            (json, user) => JsonSerializer.Serialize(json, UserLine.Create(user), JobJson.Default.UserLine),
            cancellationToken
        );

    public Task<Job> ImportDevicesAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<Device>> lines,
        CancellationToken cancellationToken = default
    ) =>
        ImportAsync(
            "import-devices",
            tenant,
            lines,
            (json, device) => JsonSerializer.Serialize(json, DeviceLine.Create(device), JobJson.Default.DeviceLine),
            cancellationToken
        );

    public Task<Job> ExportUsersAsync(string tenant, CancellationToken cancellationToken = default) =>
        StartAsync(CreateRequest("export-users", tenant), tenant, cancellationToken);

    public Task<Job> ExportDevicesAsync(string tenant, CancellationToken cancellationToken = default) =>
        StartAsync(CreateRequest("export-devices", tenant), tenant, cancellationToken);

    public Task<Job> ExportUserAsync(string tenant, string userId, CancellationToken cancellationToken = default) =>
        StartAsync(CreateRequest("export-user", tenant, userId), tenant, cancellationToken);

    public Task<Job> EraseUserAsync(string tenant, string userId, CancellationToken cancellationToken = default) =>
        StartAsync(CreateRequest("erase-user", tenant, userId), tenant, cancellationToken);

    public Task<Job> PruneStaleDevicesAsync(
        string tenant,
        int days,
        bool isDryRun = false,
        CancellationToken cancellationToken = default
    ) =>
        StartAsync(
            CreateRequest("stale-devices", tenant).With(new StaleDevicesBody(days, isDryRun), JobJson.Default.StaleDevicesBody),
            tenant,
            cancellationToken
        );

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadResultAsync(
        string tenant,
        Guid id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using var response = await OpenAsync(tenant, id, "result", cancellationToken).ConfigureAwait(false);
        if (response is null)
            yield break;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var buffer = new byte[BufferLength];
            var length = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (length == 0)
                yield break;
            yield return buffer.AsMemory(0, length);
        }
    }

    public async Task<Job?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).Add(id).ToString(), tenant);
        var found = await service.FindAsync(request, JobJson.Default.JobAnswer, cancellationToken).ConfigureAwait(false);
        return found?.Value.CreateJob(tenant);
    }

    public async Task<Page<Job>> ListAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default)
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, JobJson.Default.PageAnswerJobAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage(job => job.CreateJob(tenant));
    }

    public async Task<Job?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var request = ServiceRequest.Post(CallPath.Create(Path).Add(id).Add("cancel").ToString(), tenant).Repeat();
        var found = await service.FindAsync(request, JobJson.Default.JobAnswer, cancellationToken).ConfigureAwait(false);
        return found?.Value.CreateJob(tenant);
    }

    public async IAsyncEnumerable<JobLineError> ListErrorsAsync(
        string tenant,
        Guid id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using var response = await OpenAsync(tenant, id, "errors", cancellationToken).ConfigureAwait(false);
        if (response is null)
            yield break;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            var error = JsonSerializer.Deserialize(line, JobJson.Default.JobErrorAnswer)!;
            yield return new JobLineError(error.Line, error.Id, error.Errors);
        }
    }

    private static HttpRequestMessage CreateRequest(string kind, string tenant) => ServiceRequest.Post($"{Path}/{kind}", tenant);

    private static HttpRequestMessage CreateRequest(string kind, string tenant, string userId) =>
        CreateRequest(kind, tenant).With(new UserOfJobBody(userId), JobJson.Default.UserOfJobBody);

    private async Task<Job> StartAsync(HttpRequestMessage request, string tenant, CancellationToken cancellationToken)
    {
        var answer = await service.CallAsync(request, JobJson.Default.JobAnswer, cancellationToken).ConfigureAwait(false);
        return answer.CreateJob(tenant);
    }

    private async Task<Job> ImportAsync<TItem>(
        string kind,
        string tenant,
        IAsyncEnumerable<ImportLine<TItem>> lines,
        Action<Utf8JsonWriter, TItem> write,
        CancellationToken cancellationToken
    )
        where TItem : class
    {
        ArgumentNullException.ThrowIfNull(lines);
        using var content = new ImportContent<TItem>(lines, write);
        var request = CreateRequest(kind, tenant).WithoutTimeout();
        request.Content = content;
        try
        {
            return await StartAsync(request, tenant, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (content.Failure is not null)
        {
            throw content.Failure;
        }
    }

    private async Task<HttpResponseMessage?> OpenAsync(string tenant, Guid id, string part, CancellationToken cancellationToken)
    {
        using var request = ServiceRequest.Get(CallPath.Create(Path).Add(id).Add(part).ToString(), tenant).WithoutTimeout();
        var response = await service
            .SendAsync(request, cancellationToken, HttpCompletionOption.ResponseHeadersRead)
            .ConfigureAwait(false);
        try
        {
            await ServiceCalls.ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (Exception exception)
        {
            response.Dispose();
            if (exception is NotifyServiceException { Code: ProblemCodes.NotFound })
                return null;
            throw;
        }
    }
}
