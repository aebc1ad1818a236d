using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>An export whose process hangs is continued by another process on the same store, without duplicates.</summary>
public sealed class JobTakeoverTests
{
    private const int Devices = 700;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_lost_its_job_changes_nothing_of_the_result()
    {
        using var folder = new TemporaryFolder();
        var stall = new Stall(page: 3);
        using var first = Create(folder, notifications =>
            notifications
                .Decorate<IRecipientListStore>((_, lists) => new StalledLists(lists, stall))
                .Decorate<IDocumentStore>((_, documents) => new WatchedDocuments(documents, stall))
        );
        await first.StartAsync(Cancellation);
        var devices = first.Services.GetRequiredService<IDeviceStore>();
        await Task.WhenAll(Enumerable.Range(0, Devices).Select(i => RegisterAsync(devices, $"user-{i:D4}")));
        var jobs = first.Services.GetRequiredService<IJobs>();
        var job = await jobs.ExportDevicesAsync(Trigger.DefaultTenant, Cancellation);
        await stall.Entered.Task.WaitAsync(Cancellation);

        using var second = Create(folder, _ => { });
        await second.StartAsync(Cancellation);
        await Eventually.TrueAsync(
            async () => (await FindAsync(jobs, job)).State == JobState.Completed,
            "the second process to complete the job"
        );
        var result = await ReadAsync(jobs, job);

        // The page that the first process reads now has other lines than the one that the second has read.
        await RegisterAsync(devices, "user-0300-new");
        stall.Release.SetResult();
        await stall.Saved.Task.WaitAsync(Cancellation);

        Assert.Equal(result, await ReadAsync(jobs, job));
        var users = result
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line).GetProperty("userId").GetString());
        Assert.Equal(Enumerable.Range(0, Devices).Select(i => $"user-{i:D4}"), users);
        var ended = await FindAsync(jobs, job);
        Assert.Equal((Devices, Devices), (ended.Done, ended.Total));
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);
    }

    private static IHost Create(TemporaryFolder folder, Action<INotificationsBuilder> decorate)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        var notifications = builder
            .Services.AddNotifications(options =>
            {
                options.Workers = Workers.Jobs;
                options.AttemptTimeout = TimeSpan.FromMilliseconds(100);
                options.LeaseDuration = TimeSpan.FromSeconds(1);
                options.PollInterval = TimeSpan.FromMilliseconds(50);
            })
            .UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False")
            .AddSandbox();
        decorate(notifications);
        return builder.Build();
    }

    private static Task RegisterAsync(IDeviceStore devices, string user)
    {
        var device = new Device
        {
            UserId = user,
            Id = "phone",
            Platform = Platform.Android,
            Token = $"token-{user}",
            RegisteredAt = DateTimeOffset.UnixEpoch,
            LastSeenAt = DateTimeOffset.UnixEpoch,
        };
        return devices.RegisterAsync(device, Cancellation).AsTask();
    }

    private static async Task<Job> FindAsync(IJobs jobs, Job job) => (await jobs.FindAsync(job.Tenant, job.Id, Cancellation))!;

    private static async Task<string> ReadAsync(IJobs jobs, Job job)
    {
        var text = new StringBuilder();
        await foreach (var part in jobs.ReadResultAsync(job.Tenant, job.Id, Cancellation))
            text.Append(Encoding.UTF8.GetString(part.Span));
        return text.ToString();
    }

    /// <summary>A process that hangs while it reads a page.</summary>
    private sealed class Stall(int page)
    {
        private int _page;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task EnterAsync()
        {
            if (++_page != page)
                return;
            Entered.SetResult();
            await Release.Task;
        }
    }

    private sealed class StalledLists(IRecipientListStore inner, Stall stall) : IRecipientListStore
    {
        public async ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
            string tenant,
            DevicePosition? after,
            int limit,
            CancellationToken cancellationToken
        )
        {
            await stall.EnterAsync();
            return await inner.ListDevicesAsync(tenant, after, limit, cancellationToken);
        }

        public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
            string tenant,
            string userId,
            CancellationToken cancellationToken
        ) => inner.ListTopicsAsync(tenant, userId, cancellationToken);
    }

    private sealed class WatchedDocuments(IDocumentStore inner, Stall stall) : IDocumentStore
    {
        public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken) =>
            inner.FindAsync(key, cancellationToken);

        public async ValueTask<bool> UpdateAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
            CancellationToken cancellationToken
        )
        {
            var isUpdated = await inner.UpdateAsync(key, change, cancellationToken);
            if (stall.Release.Task.IsCompleted && key.Collection == "job-results")
                stall.Saved.TrySetResult();
            return isUpdated;
        }

        public ValueTask<bool> RemoveAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>, bool> condition,
            CancellationToken cancellationToken
        ) => inner.RemoveAsync(key, condition, cancellationToken);

        public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            inner.ListAsync(query, cancellationToken);

        public ValueTask<int> RemoveBeforeAsync(
            string collection,
            string before,
            int limit,
            CancellationToken cancellationToken
        ) => inner.RemoveBeforeAsync(collection, before, limit, cancellationToken);
    }
}
