# The reference host, samples/Notify.Host, in all its roles.
#
# Both stages are based on Ubuntu, whose archive contains .NET 10, so only the client's default registry is needed. An image that
# includes .NET is used unchanged, such as dotnet/sdk and dotnet/aspnet from Microsoft; it needs a shell:
#   docker build --build-arg SDK_IMAGE=... --build-arg RUNTIME_IMAGE=... --tag notify-host .
# The host is compiled ahead of time for the processor of the image and for glibc. Images of Alpine need
#   --build-arg RUNTIME_IDENTIFIER=linux-musl-x64
ARG SDK_IMAGE=ubuntu:26.04
ARG RUNTIME_IMAGE=ubuntu:26.04

FROM ${SDK_IMAGE} AS build
RUN command -v dotnet || (apt-get update && apt-get install -y --no-install-recommends ca-certificates dotnet-sdk-10.0)
WORKDIR /source
COPY . .
# BuildKit sets the processor that the image is for. The classic builder only builds for its own.
ARG TARGETARCH
ARG RUNTIME_IDENTIFIER
RUN case "${TARGETARCH:-$(uname -m)}" in \
        amd64 | x86_64) default=linux-x64 ;; \
        arm64 | aarch64) default=linux-arm64 ;; \
    esac \
    && runtime="${RUNTIME_IDENTIFIER:-$default}" \
    && dotnet publish samples/Notify.Host --configuration Release --output /app -p:UseAppHost=false \
        ${runtime:+--runtime "$runtime" --self-contained false}

FROM ${RUNTIME_IMAGE}
RUN command -v dotnet \
    || (apt-get update && apt-get install -y --no-install-recommends aspnetcore-runtime-10.0 ca-certificates tzdata \
        && rm -rf /var/lib/apt/lists/*)
# Only the SQLite store writes to a disk; with another one the file system may be read-only except for /tmp.
RUN mkdir /data && chown 1654:1654 /data
VOLUME /data
WORKDIR /app
COPY --from=build /app .
# A push in flight holds a buffer of 16 to 32 KB. By default the runtime's shared pool keeps only 32 of each size per processor.
ENV ASPNETCORE_URLS=http://*:8080 \
    DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION=1024 \
    Notify__Data=/data
EXPOSE 8080 8081
USER 1654:1654
ENTRYPOINT ["dotnet", "Notify.Host.dll"]
